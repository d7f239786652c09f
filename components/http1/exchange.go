package http1

import "time"

// An Exchange tells of a request that has been answered, for a log.
type Exchange struct {
	Request *Request
	Status  int
	Bytes   int64         // of the body, as it was sent
	Time    time.Time     // when the request had come; zero if the Parser has no Clock
	Took    time.Duration // from then until the answer was handed to the kernel
	Err     error         // why the answer was not sent as a whole

	Received int64   // bytes of the request's body that came, without its framing
	Stages   *Stages // how long each stage took; nil if the Parser is not Timed
}
