package fileio

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/kamaelia-go/kamaelia/axon"
)

// WholeWriter writes whole files: Kamaelia's WholeFileWriter.
//
//	File ──▶ [ WholeWriter ] ──▶ name, when the file is there
//	                └─ faults ─▶ error
//
// A file takes its name when all of it is written, in the place of one that has it: nobody
// sees a part of it. It ends with its input. A file that can not be written is a failure,
// unless faults is linked: then it goes on.
type WholeWriter struct {
	axon.Base

	// Mode are the permissions of the files; 0 means 0644.
	Mode os.FileMode

	Inbox  axon.Inbox[File]    // what is written
	Outbox axon.Outbox[string] `axon:"optional"` // the names of files that are there
	Faults axon.Outbox[error]  `axon:"optional"` // what went wrong with one
}

var _ axon.Component = (*WholeWriter)(nil)

// Main implements axon.Component.
func (w *WholeWriter) Main(ctx context.Context) error {
	for f := range w.Inbox.All(ctx) {
		err := w.write(f)
		if err != nil && !w.Faults.Linked() {
			return err
		}
		if err != nil {
			err = w.Faults.Send(ctx, err)
		} else {
			err = w.Outbox.Send(ctx, f.Name)
		}
		if err != nil && !errors.Is(err, axon.ErrGone) {
			return err
		}
	}
	return nil
}

// write writes a file beside its place, and gives it its name.
func (w *WholeWriter) write(f File) (err error) {
	mode := w.Mode
	if mode == 0 {
		mode = 0o644
	}
	new, err := os.CreateTemp(filepath.Dir(f.Name), ".new-*")
	if err != nil {
		return fmt.Errorf("fileio: %s: %w", f.Name, err)
	}
	_, err = new.Write(f.Data)
	err = errors.Join(err, new.Chmod(mode), new.Close())
	if err == nil {
		err = os.Rename(new.Name(), f.Name)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("fileio: %w", err), os.Remove(new.Name()))
	}
	return nil
}
