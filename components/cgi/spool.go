package cgi

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// body returns the body of a request and its length, -1 if there is none. One
// whose length is not known is gathered first. What it returns as an error is a
// *http1.Failure, or tells why the body broke off.
func (d *Dir) body(ctx context.Context, req *http1.Request) (io.ReadCloser, int64, error) {
	switch {
	case req.Body == nil && req.Header.Has("Content-Length"):
		return nil, 0, nil
	case req.Body == nil:
		return nil, -1, nil
	case req.ContentLength >= 0:
		return req.Body, req.ContentLength, nil
	case d.RefuseChunked:
		return nil, 0, refuse(411, "a body without a length")
	}
	from := &untilEnd{ctx, req.Body}
	memory, largest := cmp.Or(d.Memory, 64<<10), cmp.Or(d.Largest, 1<<30)
	var start bytes.Buffer
	n, err := io.CopyN(&start, from, min(int64(memory), largest+1))
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return nil, 0, err
	case n > largest:
		return nil, 0, refuse(413, "a body of more than %d bytes", largest)
	case err != nil:
		return io.NopCloser(&start), n, nil
	}
	f, err := spool(&start, from, largest+1-n)
	if err != nil {
		return nil, 0, err
	}
	if n, err = f.Seek(0, io.SeekCurrent); err == nil && n > largest {
		err = refuse(413, "a body of more than %d bytes", largest)
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		_ = f.Close()
		return nil, 0, err
	}
	return f, n, nil
}

// spool writes a body into a file without a name.
func spool(start io.Reader, rest io.Reader, most int64) (*os.File, error) {
	f, err := os.CreateTemp("", "kamaelia-cgi-*")
	if err != nil {
		return nil, fmt.Errorf("cgi: a place for a body: %w", err)
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
