package framing

import (
	"bytes"
	"context"
	"fmt"

	"github.com/kamaelia-go/kamaelia/axon"
)

// DataDeChunker finds the messages between the marks of a DataChunker, however
// the stream is cut.
//
//	[]byte ──▶ [ DataDeChunker ] ──▶ []byte
//
// What comes before the first mark is thrown away. A chunk ends with the next mark, or
// with the input, with which the component ends too; whether the last one is whole
// nobody knows: put a Frame into it to know.
type DataDeChunker struct {
	axon.Base

	// Mark is the DataChunker's.
	Mark string

	// Largest is how many bytes a message may have, escaped; 0 means 1 MiB. A longer
	// one is a failure.
	Largest int

	Inbox  axon.Inbox[[]byte]  // bytes of a stream
	Outbox axon.Outbox[[]byte] // the messages; each the receiver's own
}

var (
	_ axon.Component = (*DataDeChunker)(nil)
	_ axon.Validator = (*DataDeChunker)(nil)
)

// Validate implements axon.Validator.
func (c *DataDeChunker) Validate() error { return validMark(c.Mark) }

// Main implements axon.Component.
func (c *DataDeChunker) Main(ctx context.Context) error {
	mark, largest := orDefault(c.Mark), c.Largest
	if largest <= 0 {
		largest = 1 << 20
	}
	var rest []byte
	inside := false
	for b := range c.Inbox.All(ctx) {
		rest = append(rest, b...)
		for {
			i := find(rest, mark)
			if i < 0 {
				break
			}
			chunk := rest[:i]
			rest = rest[i+len(mark):]
			if inside {
				if err := c.Outbox.Send(ctx, unescape(chunk)); err != nil {
					return err
				}
			}
			inside = true
		}
		switch {
		case !inside:
			rest = rest[end(rest, len(mark)):] // a mark may have begun, escaped or not
		case len(rest) > largest+len(mark):
			return fmt.Errorf("framing: a chunk of more than %d bytes", largest)
		}
		rest = bytes.Clone(rest)
	}
	if !inside {
		return nil
	}
	return c.Outbox.Send(ctx, unescape(rest)) // after a shutdown it fails
}

// find returns where the first mark is that is not escaped, or -1.
func find(b, mark []byte) int {
	for i := 0; i < len(b); i++ {
		switch {
		case b[i] == escape:
			i++
		case bytes.HasPrefix(b[i:], mark):
			return i
		}
	}
	return -1
}

// end returns where the last bytes begin, size at most. What is escaped stays with its
// escape.
func end(b []byte, size int) int {
	i := 0
	for len(b)-i > size {
		if b[i] == escape {
			i++
		}
		i++
	}
	return i
}

func unescape(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] == escape && i+1 < len(b) {
			i++
		}
		out = append(out, b[i])
	}
	return out
}
