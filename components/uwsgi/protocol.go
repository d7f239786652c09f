package uwsgi

import (
	"encoding/binary"
	"math"

	"github.com/kamaelia-go/kamaelia/components/gateway"
)

// Protocol puts requests as a packet of variables, with the body behind it
// (modifier1 0, "The uwsgi Protocol" in uWSGI's documentation). The answer is one of
// HTTP.
type Protocol struct{}

var _ gateway.Protocol = Protocol{}

// headerSize is the length of what a packet begins with, in bytes: modifier1, the
// length of what follows (2, little-endian), and modifier2.
const headerSize = 4

// Name implements gateway.Protocol.
func (Protocol) Name() string { return "uwsgi" }

// StatusLine implements gateway.Protocol.
func (Protocol) StatusLine() bool { return true }

// Answers implements gateway.Protocol: the answer ends with the connection.
func (Protocol) Answers() gateway.Answers { return nil }

// Head implements gateway.Protocol. A packet has 64 KiB of variables at most.
func (Protocol) Head(b []byte, v *gateway.Variables, a *gateway.About) []byte {
	start := len(b)
	b = append(b, 0, 0, 0, 0)
	v.Each(a, func(name, value string) {
		b = word(word(b, name), value)
	})
	size := len(b) - start - headerSize
	if size > math.MaxUint16 {
		return nil
	}
	binary.LittleEndian.PutUint16(b[start+1:], uint16(size))
	return b
}

// word appends a name, or a value, behind its length. One that is too long for that
// is too long for the packet.
func word(b []byte, s string) []byte {
	return append(binary.LittleEndian.AppendUint16(b, uint16(min(len(s), math.MaxUint16))), s...)
}

// Body implements gateway.Protocol.
func (Protocol) Body(b, piece []byte) []byte { return append(b, piece...) }

// End implements gateway.Protocol.
func (Protocol) End(b []byte) []byte { return b }

// Abort implements gateway.Protocol: there is nothing but to close.
func (Protocol) Abort(b []byte) []byte { return b }
