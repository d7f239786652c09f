package files

import (
	"bytes"
	"crypto/rand"
	"io"
	"io/fs"
	"strconv"
)

// byteranges is the form of a body of several ranges: multipart/byteranges (RFC
// 9110 section 14.6).
type byteranges struct {
	contentType string
	parts       []part
	end         []byte // behind the last part
	length      int64  // bytes, of all
}

// A part is a range, and the bytes before it: a boundary and its own head.
type part struct {
	span
	head []byte
}

// newByteranges plans the body of some spans of e. The boundary is random, so that
// nobody can put it into a file.
func newByteranges(e *Entry, spans []span) *byteranges {
	boundary := rand.Text()
	m := &byteranges{contentType: "multipart/byteranges; boundary=" + boundary}
	open := "--"
	for _, s := range spans {
		b := make([]byte, 0, 160+len(e.Type))
		b = append(append(b, open...), boundary...)
		b = append(append(b, "\r\nContent-Type: "...), e.Type...)
		b = append(append(b, "\r\nContent-Range: "...), contentRange(s, e.Size)...)
		b = append(b, "\r\n\r\n"...)
		m.parts = append(m.parts, part{s, b})
		m.length += int64(len(b)) + s.size()
		open = "\r\n--"
	}
	m.end = []byte("\r\n--" + boundary + "--\r\n")
	m.length += int64(len(m.end))
	return m
}

// contentRange is the value of a Content-Range field (RFC 9110 section 14.4).
func contentRange(s span, size int64) string {
	var buf [len("bytes ") + 3*20]byte
	b := strconv.AppendInt(append(buf[:0], "bytes "...), s.first, 10)
	b = strconv.AppendInt(append(b, '-'), s.last, 10)
	return string(strconv.AppendInt(append(b, '/'), size, 10))
}

// bytes makes the body of a content that is in memory.
func (m *byteranges) bytes(content []byte) []byte {
	b := make([]byte, 0, m.length)
	for _, p := range m.parts {
		b = append(append(b, p.head...), content[p.first:p.last+1]...)
	}
	return append(b, m.end...)
}

// reader makes the body of a file that is read as a stream.
func (m *byteranges) reader(f fs.File) io.Reader {
	readers := make([]io.Reader, 0, 2*len(m.parts)+1)
	for _, p := range m.parts {
		readers = append(readers, bytes.NewReader(p.head), readerOf(f, p.span))
	}
	return io.MultiReader(append(readers, bytes.NewReader(m.end))...)
}
