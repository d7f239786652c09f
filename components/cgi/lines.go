package cgi

import (
	"context"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/process"
)

// lines is the part that takes a script's standard error apart into lines.
//
//	[]byte ──▶ [ lines ] ──▶ error, a *ScriptError for each
//	               └── said: finishes behind the last line
type lines struct {
	call *call

	// Inbox takes the standard error.
	Inbox axon.Inbox[[]byte]

	// Outbox carries a *ScriptError for each line, to a log.
	Outbox axon.Outbox[error] `axon:"optional"`

	// Said carries nothing. Its end tells that all lines are in the tail.
	Said axon.Outbox[struct{}]
}

var _ axon.Component = (*lines)(nil)

// Main implements axon.Component.
func (l *lines) Main(ctx context.Context) error {
	var said process.Lines
	tell := func(line []byte) { l.tell(ctx, line) }
	for b := range l.Inbox.All(ctx) {
		said.Add(b, tell)
	}
	said.End(tell)
	return nil
}

// tell passes a line on.
func (l *lines) tell(ctx context.Context, line []byte) {
	text := process.Text(line)
	l.call.tail.add(text)
	_ = l.Outbox.Send(ctx, l.call.error(nil, text)) // a log that has ended is no fault of the script
}
