package files

import (
	"errors"
	"io"
	"io/fs"
)

// seeking reads a part of a file that can be read only where it stands.
type seeking struct {
	file   fs.File
	at     int64
	left   int64
	placed bool
}

var errNoSeek = errors.New("files: the file can not be read from its middle")

func (s *seeking) Read(p []byte) (int, error) {
	if s.left <= 0 {
		return 0, io.EOF
	}
	if !s.placed {
		seeker, ok := s.file.(io.Seeker)
		if !ok {
			return 0, errNoSeek
		}
		if _, err := seeker.Seek(s.at, io.SeekStart); err != nil {
			return 0, err
		}
		s.placed = true
	}
	n, err := s.file.Read(p[:min(int64(len(p)), s.left)])
	s.left -= int64(n)
	return n, err
}
