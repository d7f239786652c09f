package axon

import (
	"errors"
	"fmt"
)

// The two ways to end. Kamaelia's names are producerFinished and
// shutdownMicroprocess.
const (
	// Finish means: no more will come. Deal with what is there, then end.
	Finish SignalKind = iota + 1
	// Shutdown means: end now.
	Shutdown
)

// SignalKind says which of the two ends a Signal asks for or reports.
type SignalKind uint8

// String returns "finish" or "shutdown".
func (k SignalKind) String() string {
	switch k {
	case Finish:
		return "finish"
	case Shutdown:
		return "shutdown"
	}
	return fmt.Sprintf("SignalKind(%d)", uint8(k))
}

// A Signal travels on Control and Signal boxes. It is passed on as it came, so
// that the last part of a chain learns what the first one was told.
type Signal struct {
	Kind   SignalKind
	From   string // address of the part that sent it first, "" from outside
	Reason error  // why, if there is a reason
}

var (
	// ErrFinished is returned by Inbox.Recv when every sender has finished and
	// the last message is out, and by Outbox.Send when the sending part itself
	// has returned.
	ErrFinished = errors.New("axon: finished")

	// ErrGone is returned by Outbox.Send when the part at the other end has
	// returned. The message was not delivered.
	ErrGone = errors.New("axon: the receiving part has gone")

	// ErrFull is returned by Outbox.TrySend when the inbox has no room.
	ErrFull = errors.New("axon: the inbox is full")

	// ErrRest is returned by Inbox.Recv to a part that may rest (see Part.Rest)
	// when there is no message and its goroutine is to be let go.
	ErrRest = errors.New("axon: rest until the next message")

	// ErrShutdown is the cause of a shutdown that was given no other.
	ErrShutdown = errors.New("axon: shutdown")
)
