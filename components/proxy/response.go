package proxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// A download is the body of an answer, that is read as it comes.
type download struct {
	body   io.ReadCloser
	from   *http.Response          // whose Trailer is there when the body was read
	cancel context.CancelCauseFunc // ends the exchange
	watch  watch                   // of how long the Upstream is silent
	name   func(why error) error   // puts to an error what was asked

	mu    sync.Mutex
	leave func() // the gate; nil when that is done
}

var _ io.ReadCloser = (*download)(nil)

var (
	errIdle   = errors.New("it was silent for too long")
	errClosed = errors.New("its answer is not wanted any more")
)

// mostWhole is how large a body is that is read before it is sent, in bytes: what goes
// wrong in it is a failure, and not a cut.
const mostWhole = 16 << 10

// response makes the response, with a body that may still be coming.
func (d *download) response(req *http1.Request, from *http.Response) (*http1.Response, error) {
	if from.StatusCode < 200 || from.StatusCode > 599 {
		return nil, fmt.Errorf("its status is none from 200 to 599: %.100q", from.Status)
	}
	resp := &http1.Response{Request: req, Status: from.StatusCode, Header: fieldsOf(from.Header)}
	if _, reason, ok := strings.Cut(from.Status, " "); ok && reason != http.StatusText(from.StatusCode) {
		resp.Reason = reason
	}
	length := from.ContentLength
	switch {
	case req.Method == "HEAD" || resp.Status == 204 || resp.Status == 304:
		_ = d.Close()
	case length >= 0 && length <= mostWhole:
		resp.Bytes = make([]byte, length)
		if _, err := io.ReadFull(d, resp.Bytes); err != nil {
			return nil, err
		}
		_ = d.Close()
	default:
		resp.Stream, resp.Length = d, max(length, 0)
	}
	return resp, resp.Validate()
}

// fieldsOf returns the fields of an answer that are not about its connection, in the
// order of their names.
func fieldsOf(from http.Header) http1.Header {
	named := strings.ToLower(strings.Join(from["Connection"], ","))
	all := make(http1.Header, 0, len(from))
	for _, name := range slices.Sorted(maps.Keys(from)) {
		if hopByHop(strings.ToLower(name), named) {
			continue
		}
		for _, value := range from[name] {
			all = append(all, http1.Field{Name: name, Value: value})
		}
	}
	return all
}

// Read implements io.Reader.
func (d *download) Read(p []byte) (int, error) {
	d.watch.start()
	n, err := d.body.Read(p)
	late := d.watch.stop()
	if err == nil || errors.Is(err, io.EOF) {
		return n, err
	}
	switch {
	case late:
		err = errIdle
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = fmt.Errorf("the connection ended in the middle of its answer: %w", err)
	}
	return n, d.name(err)
}

// Trailer returns the trailer fields behind the body, whether the Upstream has
// announced them or not: see http1.Response.Stream.
func (d *download) Trailer() http1.Header { return fieldsOf(d.from.Trailer) }

// Close implements io.Closer: the connection is kept if the body was read to its end,
// else closed.
func (d *download) Close() error {
	d.mu.Lock()
	leave := d.leave
	d.leave = nil
	d.mu.Unlock()
	if leave == nil {
		return nil
	}
	d.cancel(errClosed)
	leave()
	if d.body != nil {
		return d.body.Close()
	}
	return nil
}
