package fileio

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/kamaelia-go/kamaelia/axon"
)

// PromptedReader reads as much of a file as it is asked for: Kamaelia's PromptedFileReader.
//
//	how many ──▶ [ PromptedReader ] ──▶ []byte
//	                    ▲ file
//
// It ends with its input, or behind the last piece of the file.
type PromptedReader struct {
	axon.Base

	// Name is the file's.
	Name string

	// Lines makes the numbers those of lines: each line is a message, without its end.
	// Otherwise they are those of bytes, and each number is answered with one message.
	Lines bool

	// Largest is how many bytes a line or a piece may have; 0 means 64 KiB. A longer line
	// is a failure; so is a number of bytes that is greater.
	Largest int

	Inbox  axon.Inbox[int]     // how many bytes, or lines, are to be read; not negative
	Outbox axon.Outbox[[]byte] // what was read; each slice is the receiver's own
}

var _ axon.Component = (*PromptedReader)(nil)

// Main implements axon.Component.
func (p *PromptedReader) Main(ctx context.Context) error {
	f, err := os.Open(p.Name)
	if err != nil {
		return fmt.Errorf("fileio: %w", err)
	}
	defer f.Close()
	largest := p.Largest
	if largest <= 0 {
		largest = 64 << 10
	}
	read, r := p.bytes, bufio.NewReaderSize(f, largest+2) // a line, CR and LF
	if p.Lines {
		read = p.lines
	}
	for n := range p.Inbox.All(ctx) {
		if n < 0 || !p.Lines && n > largest {
			return fmt.Errorf("fileio: %s: asked for %d, and may be for 0 to %d", p.Name, n, largest)
		}
		switch err := read(ctx, r, n, largest); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
	return nil
}

// bytes sends n bytes, or what is left; io.EOF says that there is no more.
func (p *PromptedReader) bytes(ctx context.Context, r *bufio.Reader, n, _ int) error {
	if n == 0 {
		return nil
	}
	buf := make([]byte, n)
	n, err := io.ReadFull(r, buf)
	if n > 0 {
		if err := p.Outbox.Send(ctx, buf[:n]); err != nil {
			return err
		}
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return io.EOF
	}
	if err != nil {
		return fmt.Errorf("fileio: %w", err)
	}
	return p.atEnd(r)
}

// lines sends n lines, or what is left; io.EOF says that there is no more.
func (p *PromptedReader) lines(ctx context.Context, r *bufio.Reader, n, longest int) error {
	for range n {
		line, err := r.ReadSlice('\n')
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
			return fmt.Errorf("fileio: %w", err)
		}
		ended := err
		if len(line) == 0 {
			return io.EOF
		}
		line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte{'\n'}), []byte{'\r'})
		if len(line) > longest || errors.Is(ended, bufio.ErrBufferFull) {
			return fmt.Errorf("fileio: %s has a line of more than %d bytes", p.Name, longest)
		}
		if err := p.Outbox.Send(ctx, bytes.Clone(line)); err != nil {
			return err
		}
		if ended != nil {
			return io.EOF
		}
	}
	return p.atEnd(r)
}

// atEnd returns io.EOF if there is no more, so that nobody has to ask in vain.
func (p *PromptedReader) atEnd(r *bufio.Reader) error {
	if _, err := r.Peek(1); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("fileio: %w", err)
	} else if err != nil {
		return io.EOF
	}
	return nil
}
