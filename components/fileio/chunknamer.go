package fileio

import (
	"context"
	"strconv"

	"github.com/kamaelia-go/kamaelia/axon"
)

// ChunkNamer gives each chunk the name of a file, for a WholeWriter: Kamaelia's ChunkNamer.
//
//	[]byte ──▶ [ ChunkNamer ] ──▶ File
//
// It ends with its input. A restart goes on counting.
type ChunkNamer struct {
	axon.Base

	// Path is what stands before "chunk1", "chunk2" and so on: a directory with its slash,
	// the beginning of a name, or both.
	Path string

	// Suffix is what stands behind the number, such as ".txt".
	Suffix string

	Inbox  axon.Inbox[[]byte] // chunks
	Outbox axon.Outbox[File]  // the same, with names

	count int
}

var _ axon.Component = (*ChunkNamer)(nil)

// Main implements axon.Component.
func (c *ChunkNamer) Main(ctx context.Context) error {
	for b := range c.Inbox.All(ctx) {
		c.count++
		if err := c.Outbox.Send(ctx, File{Name: c.Path + "chunk" + strconv.Itoa(c.count) + c.Suffix, Data: b}); err != nil {
			return err
		}
	}
	return nil
}
