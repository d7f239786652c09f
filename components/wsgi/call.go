package wsgi

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// A call is a request in the hands of a thread.
type call struct {
	handler *Handler
	thread  *thread
	req     *http1.Request
	broken  error // what was wrong with the request's body
}

// largestWhole is the largest body that is read from a worker before it is sent, in
// bytes, so that a slow client does not hold up the worker.
const largestWhole = 256 << 10

// exchange gives the request to the thread, and returns the answer, of which the
// body may be still to come.
func (c *call) exchange(message []byte) (*http1.Response, error) {
	f, err := c.thread.answer(message)
	if errors.Is(err, errPipe) || errors.Is(err, errReset) {
		c.handler.App.pool.drop(c.thread)
		return nil, errUntouched
	}
	for err == nil && f.kind == readFrame {
		if c.broken, err = c.thread.feed(c.req, f.body); err == nil {
			f, err = c.thread.next()
		}
	}
	if err != nil {
		return nil, c.lost(err)
	}
	return c.answer(f)
}

// answer makes the response of the frame that begins it.
func (c *call) answer(f frame) (*http1.Response, error) {
	switch f.kind {
	case wholeFrame, headFrame, fileFrame:
	case failureFrame:
		return nil, c.failed(f)
	default:
		return nil, c.lost(errFrame)
	}
	head, err := c.thread.head(f)
	if err != nil {
		return nil, c.lost(err)
	}
	if f.kind == fileFrame {
		return c.file(f, head)
	}
	resp, length, err := parseHead(c.req, head)
	if err == nil && length >= 0 && length != f.body && (f.kind == wholeFrame || length < f.body) && !bodiless(resp) {
		err = fmt.Errorf("the Content-Length is %d, and the body has %d bytes", length, f.body)
	}
	if err != nil {
		return nil, c.refused(f, err)
	}
	if f.kind == wholeFrame && f.body <= largestWhole {
		return resp, c.whole(resp, f)
	}
	resp.Stream = &stream{thread: c.thread, pool: c.handler.App.pool, req: c.req, left: f.body, last: f.kind == wholeFrame}
	resp.Length = max(length, 0)
	return resp, nil
}

// whole reads a body, and gives the thread back.
func (c *call) whole(resp *http1.Response, f frame) error {
	if f.body > 0 || !bodiless(resp) { // where there is none, what the application has told of it counts
		var err error
		if resp.Bytes, err = c.thread.body(f); err != nil {
			return c.lost(err)
		}
	}
	c.handler.App.pool.giveBack(c.thread)
	return nil
}

// file answers with the file that has come: 8 bytes of the head are where in it the
// body begins.
func (c *call) file(f frame, head string) (*http1.Response, error) {
	const offset = 8
	file := c.thread.file
	c.thread.file = nil
	if file == nil || len(head) < offset {
		return nil, c.lost(errFrame)
	}
	c.handler.App.pool.giveBack(c.thread)
	section := &http1.Section{File: file, Offset: int64(binary.LittleEndian.Uint64([]byte(head[:offset]))), Size: f.body}
	resp, length, err := parseHead(c.req, head[offset:])
	switch {
	case err != nil:
	case length > section.Size && !bodiless(resp):
		err = fmt.Errorf("the Content-Length is %d, and the file has %d bytes", length, section.Size)
	case length >= 0:
		section.Size = min(section.Size, length)
	}
	if err != nil || section.Size == 0 || section.Offset < 0 {
		section.Close()
		return resp, err
	}
	resp.File = section
	return resp, nil
}

// refused deals with an answer that can not be sent.
func (c *call) refused(f frame, why error) error {
	if f.kind == wholeFrame && f.body <= largestWhole {
		if _, err := c.thread.body(f); err == nil {
			c.handler.App.pool.giveBack(c.thread)
			return why
		}
	}
	c.handler.App.pool.drop(c.thread)
	return why
}

// failed reads what went wrong in the application. If that was by the body of the
// request, the client is told of it.
func (c *call) failed(f frame) error {
	why, err := c.thread.failure(f)
	if err != nil {
		return c.lost(err)
	}
	c.handler.App.pool.giveBack(c.thread)
	if c.broken != nil {
		return &bodyError{c.broken}
	}
	return why
}

// lost deals with a socket that has ended before the answer, and says why it has.
func (c *call) lost(err error) error {
	c.handler.App.pool.drop(c.thread)
	if why := c.thread.verdict.Load(); why != nil {
		return why
	}
	switch {
	case errors.Is(err, net.ErrClosed) && c.handler.interrupted():
		return errStopped
	case errors.Is(err, errFrame):
		return err
	}
	return errDied
}
