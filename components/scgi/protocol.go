package scgi

import (
	"strconv"

	"github.com/kamaelia-go/kamaelia/components/gateway"
)

// Protocol puts requests as a netstring of variables, with the body behind it.
type Protocol struct{}

var _ gateway.Protocol = Protocol{}

// Name implements gateway.Protocol.
func (Protocol) Name() string { return "scgi" }

// StatusLine implements gateway.Protocol: answers have a Status, if need be.
func (Protocol) StatusLine() bool { return false }

// Answers implements gateway.Protocol: the answer ends with the connection.
func (Protocol) Answers() gateway.Answers { return nil }

// mostDigits is how many the length of a netstring has at most.
const mostDigits = 10

// Head implements gateway.Protocol. CONTENT_LENGTH comes first, and is always
// there.
func (Protocol) Head(b []byte, v *gateway.Variables, a *gateway.About) []byte {
	start := len(b)
	b = append(b, "0000000000:"...)
	b = pair(b, "CONTENT_LENGTH", strconv.FormatInt(max(a.Length, 0), 10))
	b = pair(b, "SCGI", "1")
	v.Each(a, func(name, value string) {
		if name != "CONTENT_LENGTH" && name != "SCGI" {
			b = pair(b, name, value)
		}
	})
	size := strconv.AppendInt(make([]byte, 0, mostDigits), int64(len(b)-start-mostDigits-1), 10)
	unused := mostDigits - len(size) // a length has no zero before it
	copy(b[start:], size)
	b = append(b[:start+len(size)], b[start+len(size)+unused:]...)
	return append(b, ',')
}

// pair appends a name and its value. A NUL would be taken for their end.
func pair(b []byte, name, value string) []byte {
	b = append(append(b, name...), 0)
	for i := range len(value) {
		if c := value[i]; c != 0 {
			b = append(b, c)
		}
	}
	return append(b, 0)
}

// Body implements gateway.Protocol.
func (Protocol) Body(b, piece []byte) []byte { return append(b, piece...) }

// End implements gateway.Protocol.
func (Protocol) End(b []byte) []byte { return b }

// Abort implements gateway.Protocol: there is nothing but to close.
func (Protocol) Abort(b []byte) []byte { return b }
