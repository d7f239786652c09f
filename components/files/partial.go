package files

import (
	"fmt"
	"io"
	"io/fs"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// full puts the whole content of e into a 200.
func full(resp *http1.Response, e *Entry) error {
	if e.Content != nil {
		resp.Bytes = e.Content
		return nil
	}
	f, k, err := e.lend()
	if err != nil {
		return err
	}
	if k != nil {
		resp.File = &http1.Section{File: k.file, Owner: k, Size: e.Size}
		return nil
	}
	resp.Stream, resp.Length = f, e.Size
	if e.Size == 0 { // a Length of 0 would mean that it is not known
		_ = f.Close()
		resp.Stream, resp.Bytes = nil, []byte{}
	}
	return nil
}

// partial makes a 206 of a 200, with the ranges that the request asks for, or
// returns a 416 as an error. It reports false if the request is to be answered
// as if it did not ask for any.
func (r *Reader) partial(resp *http1.Response, e *Entry) (bool, error) {
	h := resp.Request.Header
	if !e.ranges || !e.Current().IfRange(h) {
		return false, nil
	}
	spans, err := parseRanges(h.Joined("Range"), e.Size, e.tree.opts.ranges)
	if err != nil {
		return true, &http1.Failure{
			Status: 416, Cause: fmt.Errorf("%w in %d bytes", err, e.Size),
			Header: http1.Header{{Name: "Content-Range", Value: fmt.Sprintf("bytes */%d", e.Size)}},
		}
	}
	switch len(spans) {
	case 0:
		return false, nil
	case 1:
		resp.Status = 206
		resp.Header.Add("Content-Range", contentRange(spans[0], e.Size))
		return true, r.single(resp, e, spans[0])
	}
	m := newByteranges(e, spans)
	resp.Status = 206
	resp.Header.Add("Content-Type", m.contentType)
	resp.Rendered = resp.Rendered[e.typed:] // all but the type, which is that of the parts
	return true, r.several(resp, e, m)
}

// single puts one range into a response.
func (r *Reader) single(resp *http1.Response, e *Entry, s span) error {
	if e.Content != nil {
		resp.Bytes = e.Content[s.first : s.last+1]
		return nil
	}
	f, k, err := r.open(e)
	if err != nil {
		return err
	}
	if k != nil {
		resp.File = &http1.Section{File: k.file, Owner: k, Offset: s.first, Size: s.size()}
		return nil
	}
	resp.Stream, resp.Length = &pieces{readerOf(f, s), f}, s.size()
	return nil
}

// several puts a multipart body into a response.
func (r *Reader) several(resp *http1.Response, e *Entry, m *byteranges) error {
	if e.Content != nil {
		resp.Bytes = m.bytes(e.Content)
		return nil
	}
	f, k, err := r.open(e)
	if err != nil {
		return err
	}
	if k != nil {
		next := &resp.File
		for _, p := range m.parts {
			*next = &http1.Section{File: k.file, Owner: k, Offset: p.first, Size: p.size(), Before: p.head}
			next = &(*next).Next
		}
		*next = &http1.Section{Before: m.end}
		return nil
	}
	resp.Stream, resp.Length = &pieces{m.reader(f), f}, m.length
	return nil
}

// pieces are ranges of a file that is no *os.File, as a stream.
type pieces struct {
	io.Reader
	file io.Closer
}

func (p *pieces) Close() error { return p.file.Close() }

// seekable reports whether readerOf can read a file.
func seekable(f fs.File) bool {
	if _, ok := f.(io.ReaderAt); ok {
		return true
	}
	_, ok := f.(io.Seeker)
	return ok
}

// readerOf reads a span of a file. Of those that share a file, one is read after
// the other.
func readerOf(f fs.File, s span) io.Reader {
	if at, ok := f.(io.ReaderAt); ok {
		return io.NewSectionReader(at, s.first, s.size())
	}
	return &seeking{file: f, at: s.first, left: s.size()}
}
