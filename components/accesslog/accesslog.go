// Package accesslog has the component that writes a line for each request, and the
// file that it writes to.
package accesslog

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Log writes a line for each exchange.
//
//	http1.Exchange ──▶ [ Log ] ──▶ io.Writer
//
// Lines are written when no further exchange is waiting, so a busy server writes
// many at once, and an idle one each at once; a write is always of whole lines.
// Connections that are faster than the disk wait. Lines that can not be written,
// because the disk is full, are lost, and Failures says so.
type Log struct {
	axon.Base

	// To is where the lines go; see File. The Log does not close it.
	To io.Writer

	// Format is the form of the lines; nil means Combined.
	Format *Format

	// IDs says that lines in JSON have the request's ID: see http1.Request.ID.
	IDs bool

	// Inbox takes the exchanges of all connections.
	Inbox axon.Inbox[http1.Exchange] `axon:"size=256"`

	// Failures reports that lines are lost, once until they are written again.
	// It may stay unlinked.
	Failures axon.Outbox[error] `axon:"optional"`

	lines   []byte // not written yet
	failing bool
}

var (
	_ axon.Component = (*Log)(nil)
	_ axon.Validator = (*Log)(nil)
)

// most is how much is collected before it is written, in bytes.
const most = 32 << 10

// Validate implements axon.Validator.
func (l *Log) Validate() error {
	if l.To == nil {
		return errors.New("accesslog: To is not set")
	}
	return nil
}

// Main implements axon.Component.
func (l *Log) Main(ctx context.Context) error {
	format := l.Format
	if format == nil {
		format = Combined
	}
	for x := range l.Inbox.All(ctx) {
		l.lines = format.append(l.lines, &x, l.IDs)
		if len(l.lines) >= most || l.Inbox.Len() == 0 {
			l.write()
		}
	}
	l.write()
	return nil
}

// write writes the lines. What can not be written is lost: a full disk must not
// stop the server.
func (l *Log) write() {
	if len(l.lines) == 0 {
		return
	}
	_, err := l.To.Write(l.lines)
	if l.lines = l.lines[:0]; cap(l.lines) > 2*most {
		l.lines = nil
	}
	if err != nil && !l.failing {
		_ = l.Failures.TrySend(fmt.Errorf("accesslog: lines are lost: %w", err))
	}
	l.failing = err != nil
}
