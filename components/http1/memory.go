package http1

import "math"

// What a connection holds whatever the limits are, in bytes. The figures are
// measured, and rounded up.
const (
	graphMemory  = 16 << 10     // parts, boxes and links
	stackMemory  = 8 * 8 << 10  // READER, PARSER, ROUTER, GUARD, ERRORS, WRITER, and two stages more
	chunkMemory  = 4 * 64 << 10 // read and not yet parsed: in the Reader's hand, two in a box, in the Parser's
	bodyMemory   = 64 << 10     // of a body, or of a Stream that is a Body: what is buffered
	fieldMemory  = 32           // of a field line, beside its text
	sendMemory   = 96 << 10     // collected by the Writer, and being copied
	answerMemory = 2 << 10      // of a response, beside its body
)

// Memory returns the most memory that one connection can make the server hold, in
// bytes, if a client does all that these limits allow at once: every request under
// way with the largest head and a body, the answers not taken. What handlers and
// filters hold of their own is not in it, nor what the kernel buffers. README.md
// has the sum.
func (l Limits) Memory() int64 {
	head := int64(l.head())
	request := head + int64(l.fields())*fieldMemory + bodyMemory
	answer := int64(answerMemory + bodyMemory)
	all := int64(graphMemory+stackMemory+chunkMemory+sendMemory) + 2*head + int64(l.trailer()) + int64(l.chunkLine())
	if n := int64(l.pipeline()); request+answer < (math.MaxInt64-all)/n {
		return all + n*(request+answer)
	}
	return math.MaxInt64
}
