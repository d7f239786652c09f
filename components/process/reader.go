package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
)

// pieceSize is the most that is read at once. Since most that is said is short,
// and nothing is said on most standard errors, it begins with firstPiece, and
// grows when one was full.
const (
	firstPiece = 512
	pieceSize  = 32 << 10
)

// reader is the part that reads one of the program's outputs.
type reader struct {
	child  *child
	errors bool // it is the standard error
	free   <-chan []byte

	// Outbox carries what was read.
	Outbox axon.Outbox[[]byte] `axon:"optional"`
}

var (
	_ axon.Component = (*reader)(nil)
	_ axon.Finisher  = (*reader)(nil)
)

// Finish implements axon.Finisher: the program says when its output ends.
func (r *reader) Finish() {}

func (r *reader) pipe(p *pipes) *os.File {
	if r.errors {
		return p.stderr
	}
	return p.stdout
}

// Main implements axon.Component.
func (r *reader) Main(ctx context.Context) error {
	c := r.child
	p := c.started()
	if p == nil {
		return nil
	}
	defer c.read()
	from := r.pipe(p)
	defer from.Close()
	size := firstPiece
	buf := make([]byte, size)
	for left := int64(goodbye); left > 0; {
		if len(buf) < size/4 {
			buf = r.room(size)
		}
		n, err := from.Read(buf)
		if n == len(buf) {
			size = min(8*size, pieceSize)
		}
		switch {
		case n == 0:
		case ctx.Err() != nil:
			left -= int64(n)
		default:
			piece := buf[:n:n]
			buf = buf[n:]
			if gone := r.Outbox.Send(ctx, piece); gone != nil && ctx.Err() == nil {
				if !r.errors {
					c.leave()
				}
				return gone
			}
		}
		if done, err := r.ended(c, from, err); done {
			return err
		}
	}
	return nil
}

// room returns what to read into: of a size, or a piece that was given back.
func (r *reader) room(size int) []byte {
	select {
	case piece := <-r.free:
		return piece
	default:
		return make([]byte, size)
	}
}

// goodbye is how much a program that was told to end may still say, for nobody.
// It ends in better order than by a broken pipe, and the end of its output tells
// that all who hold it have ended.
const goodbye = 1 << 20

// ended reports whether an error of a read is the end.
func (r *reader) ended(c *child, from *os.File, err error) (bool, error) {
	switch {
	case err == nil:
		return false, nil
	case errors.Is(err, io.EOF):
		return true, nil
	case !errors.Is(err, os.ErrDeadlineExceeded):
		return true, fmt.Errorf("process: %s: %w", c.program.Path, err)
	case waiting(from):
		// The receiver took its time with what came before, and a read after the
		// deadline does not even look.
		return false, from.SetReadDeadline(time.Now().Add(c.program.linger()))
	}
	c.end()
	return true, nil
}
