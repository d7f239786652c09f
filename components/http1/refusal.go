package http1

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/tcp"
)

// Refusal stands where the Parser stands, in the graph of a connection that is
// not to be served: it answers with one failure, whatever the client asks.
//
//	*tcp.Chunk ──▶ [ Refusal ] ──▶ failures ──▶ *Failure
//
// It waits for the begin of a request, since a client that gets an answer before
// it has asked may take that for a fault, and ends with its failure. A client
// that says nothing gets none.
type Refusal struct {
	// Conn is told of in the request; nil outside a connection.
	Conn *Conn

	// Flight is the Writer's too.
	Flight *Flight

	// Status is the failure's; 0 means 503.
	Status int

	// Cause is the failure's; nil means that too many connections are open.
	Cause error

	// RetryAfter is when the client may try again, in full seconds (RFC 9110
	// section 10.2.3); 0 means not to say.
	RetryAfter time.Duration

	// Now says to answer at once: the request has been read already.
	Now bool

	// Clock says that the request is to know when it came.
	Clock bool

	// Inbox takes what the socket says.
	Inbox axon.Inbox[*tcp.Chunk] `axon:"size=2"`

	// Failures carries at most one message.
	Failures axon.Outbox[*Failure]
}

var _ axon.Component = (*Refusal)(nil)

var errCrowded = errors.New("too many connections are open")

// Main implements axon.Component.
func (r *Refusal) Main(ctx context.Context) error {
	if r.Flight == nil {
		r.Flight = new(Flight)
	}
	req := &Request{Major: 1, Minor: 1}
	if !r.Now {
		c, err := r.Inbox.Recv(ctx)
		if err != nil || c.Event != tcp.Bytes {
			if err == nil {
				c.Release()
			}
			r.Flight.seal(false)
			return err
		}
		// What is there of the request makes the answer fit it: HEAD, Accept.
		heads := headParser{limits: new(Limits)}
		if known, _, err := heads.parse(c.Data); err == nil && known != nil {
			req = known
		}
		c.Release()
	}
	req.Conn, req.Close = r.Conn, true
	if r.Clock {
		req.began = time.Now()
	}
	f := &Failure{Status: r.Status, Cause: r.Cause, Stage: axon.Address(ctx), Request: req, Close: true}
	if f.Status == 0 {
		f.Status = 503
	}
	if f.Cause == nil {
		f.Cause = errCrowded
	}
	if after := r.RetryAfter; after > 0 {
		f.Header.Add("Retry-After", strconv.FormatInt(int64((after+time.Second-1)/time.Second), 10))
	}
	if err := r.Flight.add(ctx, req, 1); err != nil {
		return err
	}
	r.Flight.seal(true)
	return r.Failures.Send(ctx, f)
}
