package http1

import (
	"cmp"
	"context"
	"strconv"
	"strings"
	"time"
)

// A framing tells how a client finds the end of a body (RFC 9112 section 6.3).
type framing uint8

const (
	framedByLength  framing = iota // Content-Length
	framedByChunks                 // Transfer-Encoding: chunked
	framedByClose                  // the end of the connection
	framedByNothing                // there can be no body: HEAD, 204, 304
)

// plan decides how a response is framed, and its length where that is known.
func plan(resp *Response) (framing, int64) {
	length := int64(len(resp.Bytes))
	switch {
	case resp.File != nil:
		length = resp.File.Length()
	case resp.Stream != nil && resp.Length > 0:
		length = resp.Length
	case resp.Stream != nil:
		length = -1
	}
	switch {
	case resp.Request.Method == "HEAD" || resp.Status == 204 || resp.Status == 304:
		return framedByNothing, length
	case length >= 0:
		return framedByLength, length
	case resp.Request.Minor > 0:
		return framedByChunks, -1
	}
	return framedByClose, -1
}

// send sends a response, or puts it into the buffer if it is small. It returns
// how many bytes of the body were sent.
func (w *Writer) send(ctx context.Context, resp *Response, closing bool) (int64, error) {
	if resp.Raw != nil {
		n, err := w.stream(ctx, resp.Raw, framedByClose, -1)
		return n, cmp.Or(err, errClosing)
	}
	resp.Reset()
	how, length := plan(resp)
	w.out.buf = w.appendHead(w.out.room(), resp, how, length, closing || how == framedByClose)
	var err error
	var n int64
	switch {
	case how == framedByNothing:
		resp.Discard()
	case resp.File != nil:
		n, err = w.out.sections(resp.File)
		resp.File.Close()
	case resp.Stream != nil:
		n, err = w.stream(ctx, resp.Stream, how, length)
	default:
		n, err = length, w.out.bytes(resp.Bytes)
	}
	if err == nil && how == framedByClose {
		err = errClosing
	}
	return n, err
}

// appendHead renders the head of a response.
func (w *Writer) appendHead(b []byte, resp *Response, how framing, length int64, closing bool) []byte {
	b = appendStatusLine(b, resp)
	w.out.now = time.Now()
	b = w.appendDate(b, resp)
	if w.Server != "" {
		b = append(append(append(b, "Server: "...), w.Server...), "\r\n"...)
	}
	b = append(append(b, w.Fields...), resp.Rendered...)
	if w.RequestID {
		b = append(append(append(b, RequestIDField+": "...), resp.Request.ID()...), "\r\n"...)
	}
	told := how == framedByLength || how == framedByNothing && bodiless(resp) && length >= 0
	for _, f := range resp.Header {
		if framingField(f.Name) && !(how == framedByNothing && !told && resp.Status != 204 && isName(f.Name, "Content-Length")) {
			continue
		}
		b = append(b, f.Name...)
		b = append(b, ": "...)
		b = append(b, f.Value...)
		b = append(b, "\r\n"...)
	}
	switch {
	case told:
		b = append(b, "Content-Length: "...)
		b = strconv.AppendInt(b, length, 10)
		b = append(b, "\r\n"...)
	case how == framedByChunks:
		b = append(b, "Transfer-Encoding: chunked\r\n"...)
	}
	switch {
	case closing:
		b = append(b, "Connection: close\r\n"...)
	case resp.Request.Minor == 0:
		b = append(b, "Connection: keep-alive\r\n"...)
	}
	return append(b, "\r\n"...)
}

// appendDate renders the Date field (RFC 9110 section 6.6.1). A response that was
// made before, or elsewhere, as a cache's or a gateway's, says so itself.
func (w *Writer) appendDate(b []byte, resp *Response) []byte {
	if date := resp.Header.Get("Date"); date != "" {
		if _, err := ParseDate(date); err == nil {
			return append(append(append(b, "Date: "...), date...), "\r\n"...)
		}
	}
	return w.date.append(b, w.out.now)
}

// bodiless reports whether a response to HEAD has a body of which the length is
// told in its place.
func bodiless(resp *Response) bool {
	return resp.Status != 204 && resp.Status != 304 && (resp.Bytes != nil || resp.File != nil || resp.Stream != nil)
}

func isName(name, want string) bool { return strings.EqualFold(name, want) }

// framingField reports whether a field is the Writer's business.
func framingField(name string) bool {
	switch len(name) {
	case len("Date"):
		return isName(name, "Date")
	case len("Connection"): // and Keep-Alive
		return isName(name, "Connection") || isName(name, "Keep-Alive")
	case len("Content-Length"):
		return isName(name, "Content-Length")
	case len("Transfer-Encoding"):
		return isName(name, "Transfer-Encoding")
	}
	return false
}

func appendStatusLine(b []byte, resp *Response) []byte {
	if resp.Status == 200 && resp.Reason == "" {
		return append(b, "HTTP/1.1 200 OK\r\n"...)
	}
	reason := resp.Reason
	if reason == "" {
		reason = StatusText(resp.Status)
	}
	b = append(b, "HTTP/1.1 "...)
	b = strconv.AppendInt(b, int64(resp.Status), 10)
	b = append(b, ' ')
	b = append(b, reason...)
	return append(b, "\r\n"...)
}

// dateField is the Date field, rendered once a second.
type dateField struct {
	second int64
	line   []byte
}

func (d *dateField) append(b []byte, now time.Time) []byte {
	if s := now.Unix(); s != d.second || d.line == nil {
		d.second = s
		d.line = append(d.line[:0], "Date: "...)
		d.line = AppendDate(d.line, now.UTC())
		d.line = append(d.line, "\r\n"...)
	}
	return append(b, d.line...)
}
