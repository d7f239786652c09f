package proxy

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// An upload is the body of a request, as the Transport reads it until the Upstream
// has answered, and for as long as it goes on reading then.
type upload struct {
	asking context.Context // ends when nobody wants an answer
	ctx    context.Context // of reads: ends with the connection, too
	body   *http1.Body
	early  []byte                // of it, that was read before
	broken atomic.Pointer[error] // what was wrong with it
	watch  watch                 // of how long the Upstream takes what it was sent
	stop   func() bool           // the look at the connection; nil before there is one
}

// errBroke is why no more of a request's body is read.
var errBroke = errors.New("it closed the connection before it had all of the request")

// follow lets reads end with the connection that the request is sent on: the
// Transport waits for them, even when there is nobody any more to send to. It is called
// again if that connection had ended before anything was read.
func (b *upload) follow(got httptrace.GotConnInfo) {
	conn := got.Conn
	if over, ok := conn.(*tls.Conn); ok {
		conn = over.NetConn()
	}
	if w, ok := conn.(*wire); ok {
		if b.stop != nil {
			b.stop()
		}
		ctx, cancel := context.WithCancelCause(b.asking)
		b.ctx, b.stop = ctx, context.AfterFunc(w.closed, func() { cancel(errBroke) })
	}
}

// Read implements io.Reader.
func (b *upload) Read(p []byte) (n int, err error) {
	b.watch.stop()
	defer b.watch.start()
	if n = copy(p, b.early); n > 0 {
		b.early = b.early[n:]
		return n, nil
	}
	n, err = b.body.ReadContext(b.ctx, p)
	if err != nil && !errors.Is(err, io.EOF) && b.ctx.Err() == nil {
		b.broken.CompareAndSwap(nil, &err)
	}
	return n, err
}

// Close implements io.Closer.
func (b *upload) Close() error {
	if b.stop != nil {
		b.stop()
	}
	return b.body.Close()
}

// answered is called when there is an answer, or none: how long the Upstream takes
// from then on depends on how fast the client reads.
func (b *upload) answered() {
	if b != nil {
		b.watch.end()
	}
}

// fault tells what was wrong with the body; nil if nothing was.
func (b *upload) fault() error {
	if b == nil || b.broken.Load() == nil {
		return nil
	}
	return *b.broken.Load()
}

// attach gives a request its body, and returns it if it is still to come: one that is
// small and there already can be sent again.
func (h *Handler) attach(out *http.Request, req *http1.Request, late func()) (*http.Request, *upload) {
	out.ContentLength = req.ContentLength
	early, whole := arrived(req)
	if whole {
		out.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(early)), nil }
		out.Body, _ = out.GetBody()
		return out, nil
	}
	up := &upload{asking: out.Context(), ctx: out.Context(), body: req.Body, early: early}
	up.watch.limit, up.watch.late = h.Upstream.first(), late
	out.Body = up
	return out.WithContext(httptrace.WithClientTrace(up.asking, &httptrace.ClientTrace{GotConn: up.follow})), up
}

// arrived reads what has come of a body, without a wait, if it is small. It reports
// whether that is all of it.
func arrived(req *http1.Request) (early []byte, whole bool) {
	if req.ContentLength < 0 || req.ContentLength > mostWhole {
		return nil, false
	}
	early = make([]byte, req.ContentLength)
	for at := 0; at < len(early); {
		n, _ := req.Body.ReadNow(early[at:]) // an error comes again
		if n == 0 {
			return early[:at], false
		}
		at += n
	}
	return early, true
}
