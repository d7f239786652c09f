package accesslog

import (
	"time"

	"github.com/rs/zerolog"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// appendJSON appends an object in a line.
func appendJSON(b []byte, x *http1.Exchange, ids bool) []byte {
	line := lineWriter{b}
	log := zerolog.New(&line)
	req := x.Request
	e := log.Log().Str("time", x.Time.Format(time.RFC3339Nano)).Str("remote", host(req)).
		Str("method", req.Method).Str("target", req.Target).Str("host", req.Host).
		Str("version", version(req)).Int("status", x.Status).Int64("bytes", x.Bytes).
		Int64("took_us", x.Took.Microseconds())
	for _, f := range []struct{ key, value string }{
		{"user", req.User}, {"referer", req.Header.Get("Referer")}, {"user_agent", req.Header.Get("User-Agent")},
		{"tls", tlsVersion(req)},
	} {
		if f.value != "" {
			e = e.Str(f.key, f.value)
		}
	}
	if x.Received > 0 {
		e = e.Int64("received", x.Received)
	}
	if ids {
		e = e.Str("id", req.ID())
	}
	if s := x.Stages; s != nil {
		e = e.Int64("read_us", s.Read.Microseconds()).Int64("route_us", s.Route.Microseconds()).
			Int64("handle_us", s.Handle.Microseconds()).Int64("send_us", s.Send.Microseconds())
	}
	if x.Err != nil {
		e = e.Str("error", x.Err.Error())
	}
	e.Send()
	return line.b
}

type lineWriter struct{ b []byte }

func (l *lineWriter) Write(p []byte) (int, error) {
	l.b = append(l.b, p...)
	return len(p), nil
}
