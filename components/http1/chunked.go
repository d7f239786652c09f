package http1

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// A chunkedDecoder takes the chunked transfer coding off a body (RFC 9112
// section 7.1). Every line of the framing must end with CRLF: those who differ
// about where a chunk ends differ about where the next request begins.
type chunkedDecoder struct {
	limits *Limits // never nil

	state   chunkState
	line    int    // bytes of the chunk-size line so far
	extra   int64  // bytes of extensions so far, beyond the bytes of data
	left    int64  // chunk-size so far, then what is left of the chunk-data
	total   int64  // bytes of data announced so far
	section []byte // the trailer section so far
	trailer Header // its fields, once decode has reported done
}

// maxExtra is by how many bytes the extensions of a body may exceed its data. A
// limit for the line alone would let a client send 256 bytes for each byte that
// is counted (RFC 9112 section 7.1.1).
const maxExtra = 16 << 10

// A chunkState tells what a chunkedDecoder expects next.
type chunkState int

const (
	chunkSize chunkState = iota
	chunkExtension
	chunkSizeLF
	chunkData
	chunkDataCR
	chunkDataLF
	chunkTrailer
	chunkDone
)

// decode takes bytes off the front of b: the framing up to the next piece of
// data, and that piece, which it returns as a part of b. n tells how many bytes
// that were; those are not to be given to it again. If data is empty, either all
// of b was taken, or the body is done and what is left belongs to the next
// message.
//
// An error is a *Failure that closes the connection; its Request and Stage are
// for the caller to fill in. decode is not called again after one.
func (d *chunkedDecoder) decode(b []byte) (data []byte, n int, done bool, err error) {
	for n < len(b) && d.state != chunkDone {
		if d.state == chunkData {
			data = b[n:]
			if int64(len(data)) >= d.left {
				data = data[:d.left]
				d.state = chunkDataCR
			}
			d.left -= int64(len(data))
			return data, n + len(data), false, nil
		}
		var f *Failure
		switch d.state {
		case chunkTrailer:
			f = d.trailerByte(b[n])
		case chunkDataCR, chunkDataLF:
			f = d.dataEnd(b[n])
		default:
			f = d.sizeByte(b[n])
		}
		if f != nil {
			return nil, n, false, f
		}
		n++
	}
	return nil, n, d.state == chunkDone, nil
}

// sizeByte takes one byte of a line with a chunk-size. The size is hexadecimal
// digits alone; an extension may follow, and is skipped (RFC 9112 section 7.1.1).
func (d *chunkedDecoder) sizeByte(c byte) *Failure {
	if d.state == chunkSizeLF {
		if c != '\n' {
			return failure(nil, 400, "chunk-size line: CR without LF")
		}
		return d.sizeEnd()
	}
	switch {
	case d.state == chunkSize && isHex(c):
		if d.left > math.MaxInt64>>4 {
			return failure(nil, 400, "chunk-size line: size overflows")
		}
		d.left = d.left<<4 | int64(hexValue(c))
	case d.line == 0:
		return failure(nil, 400, "chunk-size line: no size")
	case c == '\r':
		d.state = chunkSizeLF
		return nil
	case d.state == chunkSize && c == ';':
		d.state = chunkExtension
	case d.state == chunkSize || !isValue[c]:
		return failure(nil, 400, "chunk-size line: %s", byteFault([]byte{c}, 0))
	}
	if d.state == chunkExtension {
		d.extra++
	}
	if d.line++; d.line > d.limits.chunkLine() {
		return failure(nil, 400, "chunk-size line exceeds %d bytes", d.limits.chunkLine())
	}
	return nil
}

// sizeEnd goes on behind a line with a chunk-size.
func (d *chunkedDecoder) sizeEnd() *Failure {
	d.line = 0
	if d.extra = max(0, d.extra-d.left); d.extra > maxExtra {
		return failure(nil, 400, "chunk-size line: more extensions than data")
	}
	if d.left == 0 {
		d.state = chunkTrailer
		return nil
	}
	if d.left > math.MaxInt64-d.total || !d.limits.allowsBody(d.total+d.left) {
		return failure(nil, 413, "chunked body exceeds %d bytes", d.limits.Body)
	}
	d.total += d.left
	d.state = chunkData
	return nil
}

// dataEnd takes one byte of the CRLF behind chunk-data.
func (d *chunkedDecoder) dataEnd(c byte) *Failure {
	switch {
	case d.state == chunkDataCR && c == '\r':
		d.state = chunkDataLF
	case d.state == chunkDataLF && c == '\n':
		d.state = chunkSize
	default:
		return failure(nil, 400, "no CRLF behind the data of a chunk")
	}
	return nil
}

// trailerByte takes one byte of the trailer section (RFC 9112 section 7.1.2),
// which ends with an empty line.
func (d *chunkedDecoder) trailerByte(c byte) *Failure {
	if len(d.section) == d.limits.trailer() {
		return failure(nil, 431, "trailer section exceeds %d bytes", d.limits.trailer())
	}
	d.section = append(d.section, c)
	end := len(d.section) - len("\r\n")
	switch {
	case c != '\n':
		return nil
	case end < 0 || d.section[end] != '\r':
		return failure(nil, 400, "trailer section: LF without CR")
	case end > 0 && d.section[end-1] != '\n':
		return nil
	}
	d.state = chunkDone
	return d.parseTrailer(string(d.section[:end]))
}

// parseTrailer parses the lines of a trailer section by the rules of a head.
// Fields that do not belong there are left out.
func (d *chunkedDecoder) parseTrailer(lines string) *Failure {
	for i := 1; lines != ""; i++ {
		if i > d.limits.fields() {
			return failure(nil, 431, "more than %d trailer fields", d.limits.fields())
		}
		var field Field
		n, fault := field.parse(lines)
		if fault != "" {
			return failure(nil, 400, "trailer line %d: %s", i, fault)
		}
		if !isForbiddenTrailer(field.Name) {
			d.trailer = append(d.trailer, field)
		}
		lines = lines[n:]
	}
	return nil
}

// forbiddenTrailers are the fields that are needed for framing, routing, request
// modification, authentication or handling of the content: they come too late in
// a trailer section (RFC 9110 section 6.5.1).
var forbiddenTrailers = []string{
	"Authorization", "Cache-Control", "Connection", "Content-Encoding",
	"Content-Length", "Content-Range", "Content-Type", "Cookie", "Expect",
	"Forwarded", "Host", "If-Match", "If-Modified-Since", "If-None-Match",
	"If-Range", "If-Unmodified-Since", "Keep-Alive", "Max-Forwards", "Pragma",
	"Proxy-Authorization", "Proxy-Connection", "Range", "Set-Cookie", "TE",
	"Trailer", "Transfer-Encoding", "Upgrade",
}

func isForbiddenTrailer(name string) bool {
	return slices.ContainsFunc(forbiddenTrailers, func(forbidden string) bool {
		return strings.EqualFold(name, forbidden)
	})
}

// appendChunkHead appends what goes before n > 0 bytes of data; CRLF goes behind
// them.
func appendChunkHead(dst []byte, n int) []byte {
	return append(strconv.AppendInt(dst, int64(n), 16), "\r\n"...)
}

// chunkRoom is what the head of a chunk needs at most, in bytes.
const chunkRoom = 16 + len("\r\n")

// asChunk frames n > 0 bytes of data as a chunk where they are: behind the first
// chunkRoom bytes of buf, which has room for two more.
func asChunk(buf []byte, n int) []byte {
	var room [chunkRoom]byte
	head := appendChunkHead(room[:0], n)
	start := chunkRoom - len(head)
	copy(buf[start:], head)
	return append(buf[start:chunkRoom+n], "\r\n"...)
}

// appendLastChunk appends what ends a chunked body. The trailer fields must be
// clean, as the fields of a head must.
func appendLastChunk(dst []byte, trailer Header) []byte {
	dst = append(dst, "0\r\n"...)
	for _, f := range trailer {
		dst = append(dst, f.Name...)
		dst = append(dst, ": "...)
		dst = append(dst, f.Value...)
		dst = append(dst, "\r\n"...)
	}
	return append(dst, "\r\n"...)
}
