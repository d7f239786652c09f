package lines

import (
	"context"
	"errors"

	"github.com/kamaelia-go/kamaelia/axon"
)

// RequestResponse is a conversation by lines that is one function: it says something, waits
// for what the other side says, and goes on. It is Kamaelia's RequestResponseComponent.
//
//	string ──▶ [ RequestResponse ] ──▶ string
//
// It ends with its function. Protocol makes a connection's protocol of it.
type RequestResponse struct {
	axon.Base

	// Talk is the conversation. It returns the errors of Say, Hear and Ask: that the other
	// side has left is no failure.
	Talk func(ctx context.Context, r *RequestResponse) error

	Inbox  axon.Inbox[string]  // what the other side says
	Outbox axon.Outbox[string] // what this one says
}

var (
	_ axon.Component = (*RequestResponse)(nil)
	_ axon.Validator = (*RequestResponse)(nil)
)

// Protocol puts a line buffer before a component of lines, and ends of lines behind it, so
// that it can be the protocol of a connection.
func Protocol(session axon.Component) axon.Component {
	return axon.Pipeline(&LineSplit{}, session, &LineJoin{})
}

// Validate implements axon.Validator.
func (r *RequestResponse) Validate() error {
	if r.Talk == nil {
		return errors.New("lines: a RequestResponse needs Talk")
	}
	return nil
}

// Say says some lines. It returns axon.ErrGone when nobody hears them.
func (r *RequestResponse) Say(ctx context.Context, lines ...string) error {
	for _, line := range lines {
		if err := r.Outbox.Send(ctx, line); err != nil {
			return err
		}
	}
	return nil
}

// Hear waits for a line. It returns axon.ErrFinished when the other side says no more.
func (r *RequestResponse) Hear(ctx context.Context) (string, error) { return r.Inbox.Recv(ctx) }

// Ask says a line and waits for one.
func (r *RequestResponse) Ask(ctx context.Context, question string) (string, error) {
	if err := r.Say(ctx, question); err != nil {
		return "", err
	}
	return r.Hear(ctx)
}

// Main implements axon.Component.
func (r *RequestResponse) Main(ctx context.Context) error { return r.Talk(ctx, r) }
