package wsgi

import "github.com/kamaelia-go/kamaelia/components/http1"

// A call is a request on its way to a worker and back. The Handler that has it waits
// for done, which comes once: with a response, or an error, or a thread that has
// begun to say something which takes longer.
type call struct {
	req     *http1.Request
	message []byte
	done    chan struct{} // has room for one
	ticks   int           // the pool's: how often the watch has seen it

	resp   *http1.Response
	err    error
	thread *thread // that is the Handler's now
	begun  frame   // what it has begun with
}

// end tells the Handler.
func (c *call) end(resp *http1.Response, err error) {
	c.resp, c.err = resp, err
	c.done <- struct{}{}
}

// hand gives the Handler a thread that has begun to answer.
func (c *call) hand(t *thread, f frame) {
	c.thread, c.begun = t, f
	c.done <- struct{}{}
}
