package fileio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/kamaelia-go/kamaelia/axon"
)

// TriggeredReader sends the whole content of each file that it is told to read:
// Kamaelia's TriggeredFileReader.
//
//	name ──▶ [ TriggeredReader ] ──▶ File
//	                  └─ faults ──▶ error
//
// It ends with its input. A file that can not be read, or is too large, is a failure,
// unless faults is linked: then it goes on.
type TriggeredReader struct {
	axon.Base

	// Largest is how many bytes a file may have; 0 means 1 MiB.
	Largest int64

	Inbox  axon.Inbox[string] // names of files
	Outbox axon.Outbox[File]  // what is in them
	Faults axon.Outbox[error] `axon:"optional"` // what went wrong with one
}

// A File is the whole of a file.
type File struct {
	Name string
	Data []byte
}

var _ axon.Component = (*TriggeredReader)(nil)

// Main implements axon.Component.
func (t *TriggeredReader) Main(ctx context.Context) error {
	for name := range t.Inbox.All(ctx) {
		data, err := t.read(name)
		if err != nil && !t.Faults.Linked() {
			return err
		}
		if err != nil {
			if err := t.Faults.Send(ctx, err); err != nil && !errors.Is(err, axon.ErrGone) {
				return err
			}
			continue
		}
		if err := t.Outbox.Send(ctx, File{name, data}); err != nil {
			return err
		}
	}
	return nil
}

func (t *TriggeredReader) read(name string) ([]byte, error) {
	largest := t.Largest
	if largest <= 0 {
		largest = 1 << 20
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("fileio: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, largest+1))
	if err != nil {
		return nil, fmt.Errorf("fileio: %w", err)
	}
	if int64(len(data)) > largest {
		return nil, fmt.Errorf("fileio: %s has more than %d bytes", name, largest)
	}
	return data, nil
}
