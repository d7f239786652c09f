package nethttp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// A responseWriter turns what a http.Handler writes into one Response, or one
// Failure. It lives for one request.
//
// Its mutex is for handlers that flush, or that go on, in a goroutine of their
// own: whatever comes after their return is refused.
type responseWriter struct {
	part   *Handler
	ctx    context.Context         // the part's: a write waits no longer
	cancel context.CancelCauseFunc // ends the http.Request's context
	req    *http1.Request
	limit  int // of buf

	mu      sync.Mutex
	header  http.Header
	head    head        // from WriteHeader on
	buf     []byte      // not sent yet
	body    *http1.Body // once the Response has been sent
	silent  bool        // the Response has been sent, and has no body
	written int64       // by the http.Handler
	done    bool        // the http.Handler has returned
	err     error       // what stopped the writes
	unsent  error       // why the Response could not be sent
}

var (
	_ http.ResponseWriter = (*responseWriter)(nil)
	_ http.Flusher        = (*responseWriter)(nil)
	_ io.StringWriter     = (*responseWriter)(nil)
	_ io.ReaderFrom       = (*responseWriter)(nil)
)

// errReturned answers writes of a http.Handler that has returned.
var errReturned = errors.New("nethttp: the handler has returned")

func newResponseWriter(h *Handler, ctx context.Context, cancel context.CancelCauseFunc, req *http1.Request) *responseWriter {
	w := &responseWriter{part: h, ctx: ctx, cancel: cancel, req: req, limit: h.Buffer, header: http.Header{}}
	if w.limit <= 0 {
		w.limit = 8 << 10
	}
	return w
}

// Header implements http.ResponseWriter.
func (w *responseWriter) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter. The first call counts; responses
// before the final one (1xx) are dropped.
func (w *responseWriter) WriteHeader(status int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case status < 100 || status > 999:
		panic(fmt.Sprintf("nethttp: invalid status %d", status))
	case w.done || status < 200 && status != http.StatusSwitchingProtocols:
	default:
		w.writeHead(status)
	}
}

func (w *responseWriter) writeHead(status int) {
	if w.head.status == 0 {
		w.head = newHead(status, w.header)
	}
}

// Write implements http.ResponseWriter. It returns http1.ErrAbandoned when the
// client has gone.
func (w *responseWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.count(len(p)); err != nil {
		return 0, err
	}
	if w.room(len(p)) {
		w.buf = append(w.buf, p...)
		return len(p), nil
	}
	if err := w.push(p); err != nil {
		return 0, err
	}
	if w.room(len(p)) {
		w.buf = append(w.buf, p...)
		return len(p), nil
	}
	return w.pass(p)
}

// WriteString implements io.StringWriter.
func (w *responseWriter) WriteString(s string) (int, error) {
	w.mu.Lock()
	if w.room(len(s)) {
		defer w.mu.Unlock()
		if err := w.count(len(s)); err != nil {
			return 0, err
		}
		w.buf = append(w.buf, s...)
		return len(s), nil
	}
	w.mu.Unlock()
	return w.Write([]byte(s))
}

// copyBuffers are for ReadFrom.
var copyBuffers = sync.Pool{New: func() any { b := make([]byte, 32<<10); return &b }}

// ReadFrom implements io.ReaderFrom.
func (w *responseWriter) ReadFrom(src io.Reader) (int64, error) {
	buf := copyBuffers.Get().(*[]byte)
	defer copyBuffers.Put(buf)
	return io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{src}, *buf)
}

// Flush implements http.Flusher.
func (w *responseWriter) Flush() { _ = w.FlushError() }

// FlushError is Flush for a http.ResponseController.
func (w *responseWriter) FlushError() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.count(0); err != nil {
		return err
	}
	return w.push(nil)
}

// EnableFullDuplex is for a http.ResponseController: it is always so.
func (w *responseWriter) EnableFullDuplex() error { return nil }

// room reports whether n more bytes can be held back.
func (w *responseWriter) room(n int) bool { return len(w.buf)+n <= w.limit }

// count notes that n bytes are to be written, or tells why they can not be.
func (w *responseWriter) count(n int) error {
	switch {
	case w.done:
		return errReturned
	case w.err != nil:
		return w.err
	}
	w.writeHead(http.StatusOK)
	if n > 0 && !w.head.allowsBody() {
		return http.ErrBodyNotAllowed
	}
	w.written += int64(n)
	if w.head.length >= 0 && w.written > w.head.length {
		return http.ErrContentLength
	}
	return nil
}
