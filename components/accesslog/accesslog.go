// Package accesslog has the component that writes a line for each request.
package accesslog

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"

	"github.com/rs/zerolog"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// A Format is the form of a line.
type Format uint8

// The formats.
const (
	// Combined is the Combined Log Format of Apache httpd.
	Combined Format = iota
	// JSON has one object a line.
	JSON
)

// Log writes a line for each exchange.
//
//	http1.Exchange ──▶ [ Log ] ──▶ io.Writer
//
// Lines are written when no further exchange is waiting, so a busy server writes
// many at once, and an idle one each at once. Connections that are faster than
// the disk wait. Lines that can not be written, because the disk is full, are
// lost, and Failures says so.
type Log struct {
	axon.Base

	// To is where the lines go. The Log does not close it.
	To io.Writer

	// Format is the form of the lines.
	Format Format

	// Inbox takes the exchanges of all connections.
	Inbox axon.Inbox[http1.Exchange] `axon:"size=256"`

	// Failures reports that lines are lost, once until they are written again.
	// It may stay unlinked.
	Failures axon.Outbox[error] `axon:"optional"`

	line    []byte
	failing bool
}

var (
	_ axon.Component = (*Log)(nil)
	_ axon.Validator = (*Log)(nil)
)

// Validate implements axon.Validator.
func (l *Log) Validate() error {
	if l.To == nil {
		return errors.New("accesslog: To is not set")
	}
	return nil
}

// Main implements axon.Component.
func (l *Log) Main(ctx context.Context) error {
	out := bufio.NewWriterSize(l.To, 32<<10)
	for x := range l.Inbox.All(ctx) {
		l.line = l.append(l.line[:0], x)
		_, err := out.Write(l.line)
		if err == nil && l.Inbox.Len() == 0 {
			err = out.Flush()
		}
		l.noted(out, err)
	}
	l.noted(out, out.Flush())
	return nil
}

// noted deals with the outcome of a write. What could not be written is lost: a
// full disk must not stop the server.
func (l *Log) noted(out *bufio.Writer, err error) {
	if err == nil {
		l.failing = l.failing && out.Buffered() > 0 // proven by a flush alone
		return
	}
	out.Reset(l.To)
	if !l.failing {
		l.failing = true
		_ = l.Failures.TrySend(fmt.Errorf("accesslog: lines are lost: %w", err))
	}
}

func (l *Log) append(b []byte, x http1.Exchange) []byte {
	if l.Format == JSON {
		return appendJSON(b, x)
	}
	return appendCombined(b, x)
}

// appendCombined renders
//
//	host - user [time] "request line" status bytes "referer" "user agent"
func appendCombined(b []byte, x http1.Exchange) []byte {
	req := x.Request
	b = append(b, host(req)...)
	b = append(b, " - - ["...)
	b = x.Time.AppendFormat(b, "02/Jan/2006:15:04:05 -0700")
	b = append(b, `] "`...)
	if req.Method != "" {
		b = appendEscaped(b, req.Method)
		b = append(b, ' ')
		b = appendEscaped(b, req.Target)
		b = append(b, " HTTP/1."...)
		b = strconv.AppendInt(b, int64(req.Minor), 10)
	}
	b = append(b, `" `...)
	b = strconv.AppendInt(b, int64(x.Status), 10)
	b = append(b, ' ')
	if x.Bytes > 0 {
		b = strconv.AppendInt(b, x.Bytes, 10)
	} else {
		b = append(b, '-')
	}
	for _, name := range []string{"Referer", "User-Agent"} {
		b = append(b, ` "`...)
		if v := req.Header.Get(name); v != "" {
			b = appendEscaped(b, v)
		} else {
			b = append(b, '-')
		}
		b = append(b, '"')
	}
	return append(b, '\n')
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

func appendJSON(b []byte, x http1.Exchange) []byte {
	line := lineWriter{b}
	log := zerolog.New(&line)
	req := x.Request
	e := log.Log().Str("time", x.Time.Format(time.RFC3339Nano)).Str("remote", host(req)).
		Str("method", req.Method).Str("target", req.Target).Str("host", req.Host).
		Int("minor", req.Minor).Int("status", x.Status).Int64("bytes", x.Bytes).
		Int64("took_us", x.Took.Microseconds())
	if v := req.Header.Get("Referer"); v != "" {
		e = e.Str("referer", v)
	}
	if v := req.Header.Get("User-Agent"); v != "" {
		e = e.Str("user_agent", v)
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
