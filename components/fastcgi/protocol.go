package fastcgi

import (
	"encoding/binary"

	"github.com/kamaelia-go/kamaelia/components/gateway"
)

// Protocol puts requests as records.
type Protocol struct{}

var _ gateway.Protocol = Protocol{}

// mostContent is the largest content of a record, in bytes.
const mostContent = 65535

// Name implements gateway.Protocol.
func (Protocol) Name() string { return "fastcgi" }

// StatusLine implements gateway.Protocol: answers have a Status, if need be.
func (Protocol) StatusLine() bool { return false }

// Answers implements gateway.Protocol.
func (Protocol) Answers() gateway.Answers { return &answers{} }

// Head implements gateway.Protocol: a begin record, and those of the parameters.
func (Protocol) Head(b []byte, v *gateway.Variables, a *gateway.About) []byte {
	const responder, keep = 1, 1
	b = record(b, typeBegin, 8)
	b = append(b, 0, responder, keep, 0, 0, 0, 0, 0)
	start := len(b)
	b = record(b, typeParams, 0)
	v.Each(a, func(name, value string) { b = pair(b, name, value) })
	b = split(b, start)
	return record(b, typeParams, 0)
}

// split makes records of the parameters behind the header at start: one, as a rule.
func split(b []byte, start int) []byte {
	size := len(b) - start - headerSize
	if size <= mostContent {
		binary.BigEndian.PutUint16(b[start+4:], uint16(size))
		return b
	}
	all := append([]byte(nil), b[start+headerSize:]...)
	b = b[:start]
	for len(all) > 0 {
		n := min(len(all), mostContent)
		b = append(record(b, typeParams, n), all[:n]...)
		all = all[n:]
	}
	return b
}

// Body implements gateway.Protocol.
func (Protocol) Body(b, piece []byte) []byte {
	return append(record(b, typeStdin, len(piece)), piece...)
}

// End implements gateway.Protocol: an empty record.
func (Protocol) End(b []byte) []byte { return record(b, typeStdin, 0) }

// Abort implements gateway.Protocol.
func (Protocol) Abort(b []byte) []byte { return record(b, typeAbort, 0) }

// record appends a record's header (section 3.3).
func record(b []byte, kind byte, size int) []byte {
	return append(b, version, kind, 0, requestID, byte(size>>8), byte(size), 0, 0)
}

// pair appends a name and its value (section 3.4).
func pair(b []byte, name, value string) []byte {
	b = length(length(b, len(name)), len(value))
	return append(append(b, name...), value...)
}

func length(b []byte, n int) []byte {
	if n < 128 {
		return append(b, byte(n))
	}
	return binary.BigEndian.AppendUint32(b, uint32(n)|1<<31)
}
