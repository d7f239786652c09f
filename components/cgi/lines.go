package cgi

import (
	"bytes"
	"context"
	"strings"

	"github.com/kamaelia-go/kamaelia/axon"
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

// mostLine is the longest line, in bytes. A longer one is broken.
const mostLine = 4 << 10

// Main implements axon.Component.
func (l *lines) Main(ctx context.Context) error {
	var held []byte
	for b := range l.Inbox.All(ctx) {
		for len(b) > 0 {
			line, rest, whole := bytes.Cut(b, []byte("\n"))
			if room := mostLine - len(held); len(line) >= room {
				line, rest, whole = b[:room], b[room:], true
			}
			held, b = append(held, line...), rest
			if whole {
				l.tell(ctx, held)
				held = held[:0]
			}
		}
	}
	if len(held) > 0 {
		l.tell(ctx, held)
	}
	return nil
}

// tell passes a line on. Nobody is to be misled by what is in it: what is no text
// is replaced.
func (l *lines) tell(ctx context.Context, line []byte) {
	text := strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f {
			return '\uFFFD'
		}
		return r
	}, strings.ToValidUTF8(strings.TrimSuffix(string(line), "\r"), "\uFFFD"))
	l.call.tail.add(text)
	_ = l.Outbox.Send(ctx, l.call.error(nil, text)) // a log that has ended is no fault of the script
}
