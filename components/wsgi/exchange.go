package wsgi

import (
	"errors"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// An exchange is an answer that takes longer, in the hands of a Handler, to which
// the thread is lent.
type exchange struct {
	thread *thread
	req    *http1.Request
	broken error // what was wrong with the request's body
}

// run goes on from the first frame on, until the response is there. A body that
// comes in pieces is still to come then, and the thread is lent to it.
func (e *exchange) run(f frame) (*http1.Response, error) {
	err := error(nil)
	for err == nil && f.kind == readFrame {
		if e.broken, err = e.thread.feed(e.req, f); err == nil {
			f, err = e.thread.next()
		}
	}
	a := answer{thread: e.thread, frame: f}
	if err == nil {
		err = a.read()
	}
	if err != nil {
		e.thread.pool.drop(e.thread)
		return nil, e.thread.lost(err)
	}
	switch f.kind {
	case failureFrame, fileFrame:
	case headFrame:
		return e.stream(&a, false)
	case wholeFrame:
		if f.body > largestWhole {
			return e.stream(&a, true)
		}
	default:
		e.thread.pool.drop(e.thread)
		return nil, e.thread.lost(errFrame)
	}
	resp, err := a.response(e.req)
	e.thread.pool.giveBack(e.thread)
	if _, raised := errors.AsType[raised](err); raised && e.broken != nil {
		return nil, &bodyError{e.broken} // it is by this that the application has failed
	}
	return resp, err
}

// stream lends the thread to the body of the response.
func (e *exchange) stream(a *answer, last bool) (*http1.Response, error) {
	resp, err := a.response(e.req)
	if err != nil {
		e.thread.pool.drop(e.thread)
		return nil, err
	}
	resp.Stream = &stream{thread: e.thread, req: e.req, left: a.frame.body, last: last}
	if last {
		resp.Length = a.frame.body
	}
	return resp, nil
}
