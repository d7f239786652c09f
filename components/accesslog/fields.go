package accesslog

import (
	"crypto/tls"
	"fmt"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/spelling"
)

// A fieldFunc appends what a field tells of an exchange.
type fieldFunc func(b []byte, x *http1.Exchange, name string) []byte

// fields are those that a template may name.
var fields = map[string]fieldFunc{
	"remote":   func(b []byte, x *http1.Exchange, _ string) []byte { return append(b, host(x.Request)...) },
	"user":     text(func(r *http1.Request) string { return r.User }),
	"time":     clock("02/Jan/2006:15:04:05 -0700"),
	"time_iso": clock("2006-01-02T15:04:05.000Z07:00"),
	"request":  appendRequestLine,
	"method":   text(func(r *http1.Request) string { return r.Method }),
	"target":   text(func(r *http1.Request) string { return r.Target }),
	"path":     text(func(r *http1.Request) string { return r.Path }),
	"query":    text(func(r *http1.Request) string { return r.Query }),
	"host":     text(func(r *http1.Request) string { return r.Host }),
	"version":  text(version),
	"scheme": text(func(r *http1.Request) string {
		if r.Conn != nil && r.Conn.TLS {
			return "https"
		}
		return "http"
	}),
	"tls":      text(tlsVersion),
	"id":       text((*http1.Request).ID),
	"status":   func(b []byte, x *http1.Exchange, _ string) []byte { return strconv.AppendInt(b, int64(x.Status), 10) },
	"bytes":    count(func(x *http1.Exchange) int64 { return x.Bytes }),
	"received": count(func(x *http1.Exchange) int64 { return x.Received }),
	"took":     duration(func(x *http1.Exchange) time.Duration { return x.Took }),
	"read":     stage(func(s *http1.Stages) time.Duration { return s.Read }),
	"route":    stage(func(s *http1.Stages) time.Duration { return s.Route }),
	"handle":   stage(func(s *http1.Stages) time.Duration { return s.Handle }),
	"send":     stage(func(s *http1.Stages) time.Duration { return s.Send }),
	"error": func(b []byte, x *http1.Exchange, _ string) []byte {
		if x.Err == nil {
			return append(b, '-')
		}
		return appendText(b, x.Err.Error())
	},
	"header": func(b []byte, x *http1.Exchange, name string) []byte {
		return appendText(b, x.Request.Header.Get(name))
	},
}

// Fields lists the names of the fields that a template may have, in their order.
// All but header stand alone; header is followed by the name of a field of the
// request: {header:Referer}.
func Fields() []string { return slices.Sorted(maps.Keys(fields)) }

// field returns what stands between two braces, or what is wrong with it.
func field(text string) (p piece, mistake string) {
	name, argument, has := strings.Cut(text, ":")
	f := fields[name]
	switch {
	case f == nil:
		return p, fmt.Sprintf("there is no field %q%s", name, nearest(name))
	case name == "header" && !token(argument):
		return p, "header is followed by a colon and the name of a field, as in {header:Referer}"
	case name != "header" && has:
		return p, fmt.Sprintf("field %s stands alone", name)
	}
	return piece{field: f, name: argument}, ""
}

// token reports whether a text can be the name of a header field.
func token(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(c rune) bool {
		return c <= ' ' || c >= 0x7f || strings.ContainsRune("\"(),/:;<=>?@[\\]{}", c)
	})
}

// nearest proposes the field that was perhaps meant.
func nearest(name string) string {
	for _, f := range Fields() {
		if len(name) > 2 && (strings.HasPrefix(f, name) || strings.HasPrefix(name, f)) {
			return fmt.Sprintf("; there is %q", f)
		}
	}
	if near := spelling.Nearest(name, Fields()); len(near) > 0 {
		return fmt.Sprintf("; there is %q", near[0])
	}
	return "; there are " + strings.Join(Fields(), ", ")
}

func text(get func(*http1.Request) string) fieldFunc {
	return func(b []byte, x *http1.Exchange, _ string) []byte { return appendText(b, get(x.Request)) }
}

// clock is when the request had come.
func clock(layout string) fieldFunc {
	return func(b []byte, x *http1.Exchange, _ string) []byte { return x.Time.AppendFormat(b, layout) }
}

func count(get func(*http1.Exchange) int64) fieldFunc {
	return func(b []byte, x *http1.Exchange, _ string) []byte {
		if n := get(x); n > 0 {
			return strconv.AppendInt(b, n, 10)
		}
		return append(b, '-')
	}
}

// duration is a time in seconds.
func duration(get func(*http1.Exchange) time.Duration) fieldFunc {
	return func(b []byte, x *http1.Exchange, _ string) []byte {
		return strconv.AppendFloat(b, get(x).Seconds(), 'f', 6, 64)
	}
}

// stage is the time of a stage, where that was taken.
func stage(get func(*http1.Stages) time.Duration) fieldFunc {
	return func(b []byte, x *http1.Exchange, _ string) []byte {
		if x.Stages == nil {
			return append(b, '-')
		}
		return strconv.AppendFloat(b, get(x.Stages).Seconds(), 'f', 6, 64)
	}
}

// appendRequestLine appends the request line, or nothing of a request that was not
// understood.
func appendRequestLine(b []byte, x *http1.Exchange, _ string) []byte {
	if x.Request.Method == "" {
		return b
	}
	b = appendEscaped(b, x.Request.Method)
	b = appendEscaped(append(b, ' '), x.Request.Target)
	return append(append(b, ' '), version(x.Request)...)
}

func version(r *http1.Request) string {
	switch {
	case r.Major == 2:
		return "HTTP/2.0"
	case r.Minor == 0:
		return "HTTP/1.0"
	case r.Minor == 1:
		return "HTTP/1.1"
	}
	return fmt.Sprintf("HTTP/%d.%d", max(r.Major, 1), r.Minor)
}

func tlsVersion(r *http1.Request) string {
	if s := r.Conn.TLSState(); s != nil {
		return strings.ReplaceAll(tls.VersionName(s.Version), " ", "")
	}
	return ""
}

// appendText appends what a client sent, "-" for nothing.
func appendText(b []byte, s string) []byte {
	if s == "" {
		return append(b, '-')
	}
	return appendEscaped(b, s)
}

// appendEscaped writes what a client sent so that it can not forge a line.
func appendEscaped(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < ' ' || c > '~':
			b = append(b, '\\', 'x', hex[c>>4], hex[c&15])
		default:
			b = append(b, c)
		}
	}
	return b
}

// host returns the client's address without the port, "-" if there is none.
func host(req *http1.Request) string {
	if req.Conn == nil || req.Conn.Remote == nil {
		return "-"
	}
	s := req.Conn.Remote.String()
	if h, _, err := net.SplitHostPort(s); err == nil {
		return h
	}
	if s == "" || s == "@" {
		return "unix:"
	}
	return s
}
