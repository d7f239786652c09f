package framing

import (
	"context"
	"errors"
	"math"

	"github.com/kamaelia-go/kamaelia/axon"
)

// RateChunker makes as many chunks a second as are wanted of a stream that has so many bytes
// a second: Kamaelia's RateChunker, for raw sound and pictures.
//
//	[]byte ──▶ [ RateChunker ] ──▶ []byte, of one size or nearly so
//
// It counts bytes and not time, so it does not wait: put a rate.Limit behind it for that.
// Where the size is no whole number of quanta, chunks of two sizes take turns so that the
// rate is right in the long run. It ends with its input; the last chunk may be shorter.
type RateChunker struct {
	axon.Base

	// DataRate is how many bytes a second the stream has.
	DataRate float64

	// ChunkRate is how many chunks a second are wanted.
	ChunkRate float64

	// Quantum is how many bytes stay together, such as those of a sample; 0 means 1. A
	// chunk has at least one quantum.
	Quantum int

	Inbox  axon.Inbox[[]byte]  // bytes of a stream
	Outbox axon.Outbox[[]byte] // the chunks; each is the receiver's own
}

var (
	_ axon.Component = (*RateChunker)(nil)
	_ axon.Validator = (*RateChunker)(nil)
)

// largestChunk is how many bytes a chunk may have.
const largestChunk = 64 << 20

// Validate implements axon.Validator.
func (c *RateChunker) Validate() error {
	size := c.DataRate / c.ChunkRate
	if !(c.DataRate > 0 && c.ChunkRate > 0) || c.Quantum < 0 {
		return errors.New("framing: DataRate and ChunkRate are more than 0, and Quantum not less")
	}
	if !(size <= largestChunk) || c.Quantum > largestChunk {
		return errors.New("framing: a chunk would have more than 64 MiB")
	}
	return nil
}

// Main implements axon.Component.
func (c *RateChunker) Main(ctx context.Context) error {
	quantum := max(c.Quantum, 1)
	each := c.DataRate / c.ChunkRate / float64(quantum) // quanta of a chunk
	var chunk []byte
	var owed float64 // quanta that chunks before have left
	size := 0
	for {
		b, err := c.Inbox.Recv(ctx)
		if errors.Is(err, axon.ErrFinished) && len(chunk) > 0 {
			return c.Outbox.Send(ctx, chunk)
		}
		if err != nil {
			return err
		}
		for len(b) > 0 {
			if size == 0 {
				whole := max(math.Floor(each+owed+1e-9), 1)
				owed = max(each+owed-whole, 0)
				size = int(whole) * quantum
			}
			n := min(size-len(chunk), len(b))
			chunk, b = append(chunk, b[:n]...), b[n:]
			if len(chunk) < size {
				continue
			}
			if err := c.Outbox.Send(ctx, chunk); err != nil {
				return err
			}
			chunk, size = nil, 0
		}
	}
}
