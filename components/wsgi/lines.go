package wsgi

import (
	"bytes"
	"context"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/process"
)

// lines is the part that takes apart into lines what a worker says.
//
//	[]byte ──▶ [ lines ] ──▶ error, an *AppError for each
//
// It ends when the worker has.
type lines struct {
	axon.Base

	app *App

	// Inbox takes what the worker says.
	Inbox axon.Inbox[[]byte]

	// Outbox carries an *AppError for each line, to a log.
	Outbox axon.Outbox[error] `axon:"optional"`
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

// tell passes a line on. One that was written to the wsgi.errors of a request
// begins with its name, between two NULs.
func (l *lines) tell(ctx context.Context, line []byte) {
	request := ""
	if rest, ok := bytes.CutPrefix(line, []byte{0}); ok {
		if name, text, ok := bytes.Cut(rest, []byte{0}); ok {
			request, line = process.Text(name), text
		}
	}
	_ = l.Outbox.Send(ctx, l.app.error(request, nil, process.Text(line))) // a log that has ended is no fault of the worker
}
