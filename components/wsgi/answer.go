package wsgi

import (
	"encoding/binary"
	"fmt"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// An answer is what a thread says to a request, from the frame on that begins it.
type answer struct {
	thread *thread
	frame  frame
	head   string // of the frame, when it is read
	body   []byte // of the frame, if that is a whole one
}

// read reads the frame, all of it if it is a whole answer or a failure.
func (a *answer) read() (err error) {
	t := a.thread
	if a.frame.kind == failureFrame && a.frame.body > mostTraceback {
		return errFrame
	}
	if a.head, err = t.text(a.frame.head); err != nil {
		return err
	}
	whole := a.frame.kind == wholeFrame && a.frame.body <= largestWhole || a.frame.kind == failureFrame
	if !whole || a.frame.body == 0 {
		return nil
	}
	a.body = make([]byte, a.frame.body)
	return t.full(a.body)
}

// response makes the response of what was read, but for a body that is still to
// come.
func (a *answer) response(req *http1.Request) (*http1.Response, error) {
	switch a.frame.kind {
	case failureFrame:
		return nil, a.thread.run.app.error(req.ID(), raised(a.head), string(a.body))
	case fileFrame:
		return a.file(req)
	}
	resp, length, err := parseHead(req, a.head, a.thread.run.app.ASGI)
	switch body := a.frame.body; {
	case err != nil:
		return nil, err
	case length >= 0 && length != body && (a.frame.kind == wholeFrame || length < body) && !bodiless(resp):
		return nil, fmt.Errorf("the Content-Length is %d, and the body has %d bytes", length, body)
	case a.frame.kind == wholeFrame && body <= largestWhole:
		if resp.Bytes = a.body; a.body == nil && !bodiless(resp) { // where there is none, what the application has told of it counts
			resp.Bytes = []byte{}
		}
	default:
		resp.Length = max(length, 0)
	}
	return resp, nil
}

// file answers with the file that has come: 8 bytes of the head are where in it the
// body begins.
func (a *answer) file(req *http1.Request) (*http1.Response, error) {
	const offset = 8
	file := a.thread.file
	a.thread.file = nil
	if file == nil || len(a.head) < offset {
		return nil, a.thread.lost(errFrame)
	}
	section := &http1.Section{File: file, Offset: int64(binary.LittleEndian.Uint64([]byte(a.head[:offset]))), Size: a.frame.body}
	resp, length, err := parseHead(req, a.head[offset:], a.thread.run.app.ASGI)
	switch {
	case err != nil:
	case length > section.Size && !bodiless(resp):
		err = fmt.Errorf("the Content-Length is %d, and the file has %d bytes", length, section.Size)
	case length >= 0:
		section.Size = min(section.Size, length)
	}
	switch {
	case err != nil || section.Offset < 0:
		section.Close()
	case section.Size == 0:
		section.Close()
		resp.Bytes = []byte{}
	default:
		resp.File = section
	}
	return resp, err
}
