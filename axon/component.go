package axon

import "context"

// A Component is a body of work with boxes: a pointer to a struct whose exported
// fields are its options and its boxes. Main is run in a goroutine of its own,
// by a graph, until its work is done.
//
// Main should return
//   - nil when its inboxes have finished (Inbox.All ends, Inbox.Recv returns
//     ErrFinished) or when it has nothing more to do;
//   - soon after ctx has ended, with whatever error it likes;
//   - the error of Outbox.Send when that fails. ErrGone and ErrFinished count as
//     a normal end.
//
// Any other error, and a panic, is a failure, and the part's Policy says what
// follows. After a restart Main is called again on the same struct: its boxes
// have kept what they held, and Main should set its private state anew.
//
// A Main that starts goroutines of its own waits for them before it returns.
type Component interface {
	Main(ctx context.Context) error
}

// Validator is implemented by components whose options can contradict each
// other. Build calls Validate and reports its error with all other mistakes.
type Validator interface {
	Validate() error
}

// Finisher is implemented by components that want to be told of a finish signal
// themselves: those that wait for something other than an inbox, such as a
// socket. Finish is called from another goroutine than Main's, possibly before
// Main, and must not block. Main should then bring its work to an orderly end.
// Finish is called again before Main is run again after a failure.
//
// Without it, a finish signal lets the part's inboxes finish after what they
// hold, and ends the context of a part that has no inbox. One that is linked to nothing
// counts from when it is asked for first: a part that is told before has none yet.
type Finisher interface {
	Finish()
}

// Interrupter is implemented by components that wait for something other than a
// box or their context, such as a socket. Interrupt is called, from another
// goroutine than Main's, when the part is shut down and its context has ended.
// It must not block, and should end whatever Main is waiting for.
type Interrupter interface {
	Interrupt()
}

// Loser is implemented by components that deal with a message they failed on, for
// instance by answering it. Lost is called after a panic or an error of Main, on
// Main's goroutine, before the part's policy is asked. Inbox.InHand returns what
// Main had taken last.
type Loser interface {
	Lost(ctx context.Context, f *Fault)
}

// Leaver is implemented by components that have to deal with the messages that are
// left when they end. Leave is called when Main has returned for good: nothing can
// be sent to the part any more, what is left in its inboxes can be taken with Recv
// until that returns an error, and its outboxes still send. InHand returns the
// message that Main was working on when it returned. In a part that was shut down,
// Recv and Send return the cause at once, and only TryRecv takes what is left. A
// panic of Leave is reported as an event, PartFailed, and changes nothing else.
type Leaver interface {
	Leave(ctx context.Context)
}

// Base gives a component the two boxes that every Axon component has. They may
// stay unlinked.
//
// The runtime serves both. A Signal that arrives at Control acts on the part: a
// finish lets its inboxes finish after what they hold, a shutdown ends its
// context. When the part has ended, the signal that made it end, or else a
// finish, leaves by Signal. A component that wants to read control messages
// itself declares its own Control box in place of Base.
type Base struct {
	// Control takes requests to end, from outside the flow of data.
	Control Inbox[Signal] `axon:"optional,control"`

	// Signal reports, once, that the part has ended, and why.
	Signal Outbox[Signal] `axon:"optional,signal"`
}
