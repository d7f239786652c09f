package framing

import (
	"bytes"
	"context"
	"errors"

	"github.com/kamaelia-go/kamaelia/axon"
)

// SyncMark is the mark before each chunk unless another is given.
const SyncMark = "\x02CHUNK\x03"

// escape stands before what would be taken for a mark, or for itself.
const escape = '\\'

// DataChunker puts a mark before each message, so that a receiver that has lost
// its place in the stream finds the next one.
//
//	[]byte ──▶ [ DataChunker ] ──▶ []byte, with a mark
//
// Each byte in the data that a mark could begin with, and each backslash, is escaped by
// a backslash. It ends with its input.
type DataChunker struct {
	axon.Base

	// Mark is the mark; "" means SyncMark. It has no backslash.
	Mark string

	Inbox  axon.Inbox[[]byte]  // messages
	Outbox axon.Outbox[[]byte] // the same, marked; the receiver's own
}

var (
	_ axon.Component = (*DataChunker)(nil)
	_ axon.Validator = (*DataChunker)(nil)
)

// Validate implements axon.Validator.
func (c *DataChunker) Validate() error { return validMark(c.Mark) }

func validMark(mark string) error {
	if bytes.IndexByte([]byte(mark), escape) >= 0 {
		return errors.New("framing: a mark has no backslash")
	}
	return nil
}

func orDefault(mark string) []byte {
	if mark == "" {
		mark = SyncMark
	}
	return []byte(mark)
}

// Main implements axon.Component.
func (c *DataChunker) Main(ctx context.Context) error {
	mark := orDefault(c.Mark)
	for b := range c.Inbox.All(ctx) {
		out := append(make([]byte, 0, len(mark)+len(b)+len(b)/16), mark...)
		for _, x := range b {
			if x == escape || x == mark[0] {
				out = append(out, escape)
			}
			out = append(out, x)
		}
		if err := c.Outbox.Send(ctx, out); err != nil {
			return err
		}
	}
	return nil
}
