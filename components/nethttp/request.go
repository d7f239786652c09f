package nethttp

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// request makes of a request what net/http's server would have made of it. Its
// URL is the target as it was sent: dot segments are still in it.
func (h *Handler) request(ctx context.Context, req *http1.Request) (*http.Request, error) {
	u, err := targetURL(req)
	if err != nil {
		return nil, fmt.Errorf("nethttp: target: %w", err)
	}
	// That there is a server at all makes httputil.ReverseProxy cut an answer
	// which its backend has not finished.
	ctx = context.WithValue(ctx, http.ServerContextKey, h.server)
	r := &http.Request{
		Method:        req.Method,
		URL:           u,
		Proto:         fmt.Sprintf("HTTP/%d.%d", req.Major, req.Minor),
		ProtoMajor:    req.Major,
		ProtoMinor:    req.Minor,
		Header:        make(http.Header, len(req.Header)),
		Body:          http.NoBody,
		ContentLength: req.ContentLength,
		Close:         req.Close,
		Host:          req.Host,
		RequestURI:    req.Target,
	}
	if req.ContentLength < 0 {
		r.TransferEncoding = []string{"chunked"}
	}
	if c := req.Conn; c != nil {
		if c.Remote != nil {
			r.RemoteAddr = c.Remote.String()
		}
		if c.Local != nil {
			ctx = context.WithValue(ctx, http.LocalAddrContextKey, c.Local)
		}
		if r.TLS = c.TLSState(); c.TLS && r.TLS == nil {
			r.TLS = &tls.ConnectionState{HandshakeComplete: true}
		}
	}
	copyFields(r, req.Header)
	return r.WithContext(ctx), nil
}

// targetURL parses a request-target.
func targetURL(req *http1.Request) (*url.URL, error) {
	if req.Method != http.MethodConnect || strings.HasPrefix(req.Target, "/") {
		return url.ParseRequestURI(req.Target)
	}
	u, err := url.ParseRequestURI("http://" + req.Target)
	if err == nil {
		u.Scheme = ""
	}
	return u, err
}

// copyFields copies the fields, but for those that net/http moves elsewhere.
func copyFields(r *http.Request, fields http1.Header) {
	for _, f := range fields {
		switch name := textproto.CanonicalMIMEHeaderKey(f.Name); name {
		case "Host", "Transfer-Encoding":
		case "Trailer":
			if r.ContentLength >= 0 {
				break // no chunks, no trailer
			}
			for field := range strings.SplitSeq(f.Value, ",") {
				if field = textproto.CanonicalMIMEHeaderKey(strings.Trim(field, " \t")); trails(field) {
					if r.Trailer == nil {
						r.Trailer = http.Header{}
					}
					r.Trailer[field] = nil
				}
			}
		default:
			r.Header[name] = append(r.Header[name], f.Value)
		}
	}
}

// trails reports whether a field, named in canonical form, may be in a trailer.
func trails(name string) bool {
	switch name {
	case "", "Transfer-Encoding", "Content-Length", "Trailer":
		return false
	}
	return true
}

// requestBody is the Body of a request. It is open while the http.Handler runs.
type requestBody struct {
	ctx     context.Context // the part's: a read waits no longer
	from    *http1.Body     // nil if there is none
	request *http.Request
	left    atomic.Bool
}

var _ io.ReadCloser = (*requestBody)(nil)

// Read implements io.Reader. With io.EOF the request's Trailer is complete.
func (b *requestBody) Read(p []byte) (int, error) {
	if b.left.Load() {
		return 0, http.ErrBodyReadAfterClose
	}
	n, err := b.from.ReadContext(b.ctx, p)
	switch {
	case err == nil:
	case err == io.EOF:
		b.setTrailer()
	case b.left.Load():
		err = http.ErrBodyReadAfterClose
	}
	return n, err
}

func (b *requestBody) setTrailer() {
	for _, f := range b.from.Trailer() {
		if b.request.Trailer == nil {
			b.request.Trailer = http.Header{}
		}
		b.request.Trailer.Add(f.Name, f.Value)
	}
}

// Close implements io.Closer. What was not read is thrown away by the connection.
func (b *requestBody) Close() error {
	b.leave()
	return nil
}

// leave closes the body, if there is one.
func (b *requestBody) leave() {
	if b.from != nil && !b.left.Swap(true) {
		_ = b.from.Close()
	}
}
