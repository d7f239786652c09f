package fileio

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Writer writes its messages into a file: Kamaelia's SimpleFileWriter and
// Append.
//
//	[]byte ──▶ [ Writer ] ─▶ file
//	                └──▶ []byte   the same, when it is written
//
// It ends with its input, and closes the file then. Run again after a failure, it
// appends.
type Writer struct {
	axon.Base

	// Name is the file's. It is made if it is not there, with Mode.
	Name string

	// Append writes behind what is there; without, that is thrown away.
	Append bool

	// Mode are the permissions of a new file; 0 means 0666, less the umask.
	Mode os.FileMode

	Inbox  axon.Inbox[[]byte]  // what is written
	Outbox axon.Outbox[[]byte] `axon:"optional"` // the same, for the next in line: Kamaelia's forwarder

	begun bool
}

var _ axon.Component = (*Writer)(nil)

// Main implements axon.Component.
func (w *Writer) Main(ctx context.Context) (err error) {
	how, mode := os.O_WRONLY|os.O_CREATE|os.O_APPEND, w.Mode
	if !w.Append && !w.begun {
		how |= os.O_TRUNC
	}
	if mode == 0 {
		mode = 0o666
	}
	f, err := os.OpenFile(w.Name, how, mode)
	if err != nil {
		return fmt.Errorf("fileio: %w", err)
	}
	w.begun = true
	defer func() {
		if e := f.Close(); e != nil {
			err = errors.Join(err, fmt.Errorf("fileio: %w", e))
		}
	}()
	for b := range w.Inbox.All(ctx) {
		if _, err := f.Write(b); err != nil {
			return fmt.Errorf("fileio: %w", err)
		}
		if err := w.Outbox.Send(ctx, b); err != nil && !errors.Is(err, axon.ErrGone) {
			return err
		}
	}
	return nil
}
