package http1

import (
	"errors"
	"io"
	"os"
)

// A Section is Size bytes of an open file, from Offset on. Several in a row are
// one body, such as multipart/byteranges (RFC 9110 section 14.6).
type Section struct {
	File   *os.File // nil if Size is 0 and there is something in Before
	Offset int64
	Size   int64

	// Before are bytes that are sent before the section. Like Response.Bytes
	// they are never written to.
	Before []byte

	// Owner, if it is set, is closed in the place of File, which others may be
	// sending from too: it is read at an offset and by nothing that moves its own. If
	// it has a method Open() (fs.File, error), that opens the file once more.
	Owner io.Closer

	// Next is sent behind this section. Its File may be the same one.
	Next *Section
}

// Length returns how many bytes are sent in all: this section, those behind it,
// and what stands before each.
func (s *Section) Length() (n int64) {
	for ; s != nil; s = s.Next {
		n += int64(len(s.Before)) + s.Size
	}
	return n
}

// Close closes the files of this section and of those behind it, each once.
func (s *Section) Close() {
	var last io.Closer
	for ; s != nil; s = s.Next {
		owner := s.Owner
		if owner == nil && s.File != nil {
			owner = s.File
		}
		if owner != nil && owner != last {
			_ = owner.Close()
			last = owner
		}
	}
}

// valid reports what can not be sent.
func (s *Section) valid() error {
	for ; s != nil; s = s.Next {
		if s.Offset < 0 || s.Size < 0 || s.File == nil && (s.Size > 0 || len(s.Before) == 0) {
			return errors.New("http1: a response with an impossible section of a file")
		}
	}
	return nil
}

// sections sends a section and those behind it. It returns the number of bytes.
func (s *sender) sections(f *Section) (n int64, err error) {
	for ; f != nil; f = f.Next {
		if err = s.bytes(f.Before); err != nil {
			return n, err
		}
		n += int64(len(f.Before))
		if f.Size == 0 {
			continue
		}
		sent, err := s.file(f)
		if n += sent; err != nil {
			return n, err
		}
		if s.pending() >= mostBuffer {
			if err := s.flush(); err != nil {
				return n, err
			}
		}
	}
	return n, nil
}
