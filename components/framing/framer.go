package framing

import (
	"context"
	"fmt"

	"github.com/kamaelia-go/kamaelia/axon"
)

// A Frame is a message with a name, as Kamaelia's SimpleFrame has it: a line with the
// tag and the length in bytes, then the data.
//
//	tag 5\nhello
type Frame struct {
	Tag  string // without white space
	Data []byte
}

// Framer turns frames into bytes.
//
//	Frame ──▶ [ Framer ] ──▶ []byte, one slice a frame
//
// It ends with its input. A tag that is empty, or has white space, is a failure.
type Framer struct {
	axon.Base

	Inbox  axon.Inbox[Frame]   // frames
	Outbox axon.Outbox[[]byte] // each as it goes over a stream; the receiver's own
}

var _ axon.Component = (*Framer)(nil)

// Main implements axon.Component.
func (f *Framer) Main(ctx context.Context) error {
	for v := range f.Inbox.All(ctx) {
		if !goodTag(v.Tag) {
			return fmt.Errorf("framing: the tag %q is empty, has white space, or is too long", v.Tag)
		}
		b := append(fmt.Appendf(nil, "%s %d\n", v.Tag, len(v.Data)), v.Data...)
		if err := f.Outbox.Send(ctx, b); err != nil {
			return err
		}
	}
	return nil
}

// longestTag is how long a tag may be.
const longestTag = 128

func goodTag(tag string) bool {
	for _, c := range []byte(tag) {
		if c <= ' ' || c == 0x7f {
			return false
		}
	}
	return tag != "" && len(tag) <= longestTag
}
