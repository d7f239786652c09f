package process

import (
	"context"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Process runs a program once.
//
//	[]byte ──▶ STDIN ─▶ program ─▶ STDOUT ──▶ []byte
//	                      │  └──▶ STDERR ── errors ──▶ []byte
//	                     RUN ── ended ──▶ *Exit
//
// It is a graph of four parts. The program is the first of a process group of its
// own. When the inbox has finished, and what was in it is written, the program's
// standard input is closed; when the program has ended, so does the Process. A
// shutdown sends TERM to the whole group, and KILL after the grace.
//
// Nothing is held but what the boxes and the pipes hold: a receiver that is slow
// makes the program wait, and a program that does not read makes the sender wait.
// A receiver that has gone is a broken pipe to the program, as in a shell. What
// comes for a program that reads no more is thrown away.
//
// A Process is made by New, and runs once: a policy that would run its part again
// finds it to fail. One that is not run is to be closed, if its program has Files.
type Process struct {
	axon.Graph
	axon.Base

	// Inbox takes what the program reads. The slices belong to the Process until it
	// has ended; it does not change them, so they may be shared.
	Inbox axon.Inbox[[]byte]

	// Outbox carries what the program writes to its standard output, in pieces as
	// they came, never empty. Each slice is the receiver's own. It finishes when
	// the output does, which can be before the program ends.
	Outbox axon.Outbox[[]byte]

	// Errors carries what the program writes to its standard error, as Outbox does.
	// Without a link that is thrown away.
	Errors axon.Outbox[[]byte] `axon:"optional"`

	// Ended carries one Exit, when the program has ended and its output is read.
	// Without a link the Process fails with that, as an error, if the program did
	// not end well.
	Ended axon.Outbox[*Exit] `axon:"optional"`

	child *child
	free  chan []byte // pieces to read into again
}

var _ axon.Component = (*Process)(nil)

// New returns a Process that will run a program. What is wrong with the Program
// is told when the graph is built, and whether it can be started when it is.
func New(program Program) *Process {
	c := newChild(program)
	run, in := &runner{child: c}, &feeder{child: c}
	p := &Process{child: c, free: make(chan []byte, 2)}
	out, errs := &reader{child: c, free: p.free}, &reader{child: c, errors: true}
	p.Graph.Name = "process"
	p.Graph.Parts = axon.Parts{
		{Name: "RUN", Component: run},
		{Name: "STDIN", Component: in, Lazy: program.NoInput},
		{Name: "STDOUT", Component: out},
		{Name: "STDERR", Component: errs},
	}
	p.Graph.Links = axon.Links{
		axon.ExposeIn(&p.Inbox, &in.Inbox),
		axon.ExposeOut(&out.Outbox, &p.Outbox),
		axon.ExposeOut(&errs.Outbox, &p.Errors),
		axon.ExposeOut(&run.Ended, &p.Ended),
	}
	return p
}

// Done gives a piece that has come by the Outbox back, to be read into again: a program
// that says much makes less garbage so. Nobody has to; who does keeps nothing of it.
func (p *Process) Done(piece []byte) {
	if cap(piece) < pieceSize/4 {
		return
	}
	select {
	case p.free <- piece[:cap(piece)]:
	default:
	}
}

// Close closes the Files of a Process that is not run. If it is run then, its program is not
// started. It does nothing when the program was started, or could not be.
func (p *Process) Close() { p.child.giveUp() }

// Main implements axon.Component.
func (p *Process) Main(ctx context.Context) error { return p.Graph.Main(ctx) }
