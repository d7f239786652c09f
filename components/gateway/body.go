package gateway

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"syscall"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Bodies say what is done about a body's length, which a program has to be told.
type Bodies struct {
	// RefuseChunked refuses bodies without a length with 411. Otherwise they are
	// gathered first: up to Memory bytes in memory, and the rest in a temporary
	// file.
	RefuseChunked bool
	Memory        int   // 0 means 64 KiB
	Largest       int64 // bytes that are gathered at most, else 413; 0 means 1 GiB
}

// Validate reports what is wrong with the options.
func (o *Bodies) Validate() error {
	if min(int64(o.Memory), o.Largest) < 0 {
		return errors.New("a negative limit")
	}
	return nil
}

// Body returns the body of a request and its length, -1 if there is none. One
// whose length is not known is gathered first. What it returns as an error is a
// *http1.Failure, or tells why the body broke off.
func (o *Bodies) Body(ctx context.Context, req *http1.Request) (io.ReadCloser, int64, error) {
	switch {
	case req.Body == nil && req.Header.Has("Content-Length"):
		return nil, 0, nil
	case req.Body == nil:
		return nil, -1, nil
	case req.ContentLength >= 0:
		return req.Body, req.ContentLength, nil
	case o.RefuseChunked:
		return nil, 0, Refuse(411, "a body without a length")
	}
	from := &untilEnd{ctx, req.Body}
	memory := cmp.Or(o.Memory, 64<<10)
	largest := min(cmp.Or(o.Largest, 1<<30), math.MaxInt64-1) // one byte more tells that it is too much
	var start bytes.Buffer
	n, err := io.CopyN(&start, from, min(int64(memory), largest+1))
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return nil, 0, err
	case n > largest:
		return nil, 0, Refuse(413, "a body of more than %d bytes", largest)
	case err != nil:
		return io.NopCloser(&start), n, nil
	}
	f, err := spool(&start, from, largest+1-n)
	if err != nil {
		return nil, 0, unstored(err)
	}
	if n, err = f.Seek(0, io.SeekCurrent); err == nil && n > largest {
		err = Refuse(413, "a body of more than %d bytes", largest)
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		_ = f.Close()
		return nil, 0, unstored(err)
	}
	return f, n, nil
}

// unstored makes a failure of what went wrong with the file for a body: that is no fault
// of the client's. Any other error stays as it is.
func unstored(err error) error {
	_, file := errors.AsType[*fs.PathError](err)
	switch {
	case !file:
		return err
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return Refuse(507, "no room for a body: %w", err)
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return Refuse(503, "no file for a body: %w", err)
	}
	return Refuse(500, "no file for a body: %w", err)
}

// spool writes a body into a file without a name.
func spool(start io.Reader, rest io.Reader, most int64) (*os.File, error) {
	f, err := os.CreateTemp("", "kamaelia-body-*")
	if err != nil {
		return nil, err
	}
	_ = os.Remove(f.Name()) // where that is not possible now it is left to the system
	if _, err = io.Copy(f, start); err == nil {
		_, err = io.Copy(f, io.LimitReader(rest, most))
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// untilEnd reads a body until a context ends.
type untilEnd struct {
	ctx  context.Context
	body *http1.Body
}

func (u *untilEnd) Read(p []byte) (int, error) { return u.body.ReadContext(u.ctx, p) }
