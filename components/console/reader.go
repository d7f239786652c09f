package console

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Reader sends what a person types, a line at a time: Kamaelia's ConsoleReader.
//
//	terminal ─▶ [ Reader ] ──▶ string
//
// It ends with the input. A finish or shutdown ends it too, but Go can not take a
// goroutine out of a read from a terminal: the one that reads stays until the next
// line, which is lost, or until the program ends. A reader that is an io.Closer and
// not the standard input is closed instead.
type Reader struct {
	axon.Base

	// From is what is read; nil means the standard input.
	From io.Reader

	// Prompt is shown before each line.
	Prompt string

	// To is where the prompt is shown; nil means the standard output.
	To io.Writer

	// Longest is how long a line may be, in bytes; 0 means 64 KiB. A longer one
	// is a failure.
	Longest int

	Outbox axon.Outbox[string] // the lines, without their ends
}

var _ axon.Component = (*Reader)(nil)

// A typed line, or the end.
type typed struct {
	line string
	err  error
}

// Main implements axon.Component.
func (r *Reader) Main(ctx context.Context) error {
	from, to := r.From, r.To
	if from == nil {
		from = os.Stdin
	}
	if to == nil {
		to = os.Stdout
	}
	// The helper is the only one that is in a read; Main can leave it behind.
	ask, lines := make(chan struct{}), make(chan typed, 1)
	ended := make(chan struct{})
	defer func() {
		close(ask)
		if c, ok := from.(io.Closer); ok && from != io.Reader(os.Stdin) {
			_ = c.Close()
			<-ended
		}
	}()
	go r.read(from, ask, lines, ended)
	for {
		if r.Prompt != "" {
			if _, err := io.WriteString(to, r.Prompt); err != nil {
				return fmt.Errorf("console: %w", err)
			}
		}
		select {
		case ask <- struct{}{}:
		case <-ctx.Done():
			return nil
		}
		select {
		case l := <-lines:
			if errors.Is(l.err, io.EOF) {
				<-ended
				return nil
			}
			if l.err != nil {
				return fmt.Errorf("console: %w", l.err)
			}
			if err := r.Outbox.Send(ctx, l.line); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// read reads a line each time that it is asked to.
func (r *Reader) read(from io.Reader, ask <-chan struct{}, lines chan<- typed, ended chan<- struct{}) {
	defer close(ended)
	longest := r.Longest
	if longest <= 0 {
		longest = 64 << 10
	}
	s := bufio.NewScanner(from)
	s.Buffer(nil, longest)
	for range ask {
		if s.Scan() {
			lines <- typed{line: s.Text()}
			continue
		}
		err := s.Err()
		if err == nil {
			err = io.EOF
		}
		lines <- typed{err: err}
		return
	}
}
