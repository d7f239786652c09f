package nethttp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// errCut says that a client has got a part of an answer, and must not take that
// for the whole.
var errCut = errors.New("nethttp: the answer broke off")

// reply sends the answer to a call by its http.ResponseWriter, and tells of it. It
// returns errCut, or the error of a write to the client.
func (c *call) reply(resp *http1.Response, sink *Sink) error {
	c.req.Answered()
	n, err := c.write(resp, sink)
	if c.visit.Sent != nil {
		c.visit.Sent(resp.Sent(n, err))
	}
	return err
}

// write sends an answer. It returns how many bytes of the body were sent.
func (c *call) write(resp *http1.Response, sink *Sink) (int64, error) {
	defer resp.Discard()
	if c.req.Body != nil {
		if resp.Stream == nil {
			_ = c.req.Body.Close()
		}
		if resp.Stream != nil || c.feeding() {
			// Otherwise net/http reads the body itself before it sends the head.
			_ = http.NewResponseController(c.writer).EnableFullDuplex()
		}
	}
	resp.Reset()
	length := c.writeHead(resp)
	to := &counted{to: c.writer, visit: &c.visit}
	var err error
	switch {
	case c.req.Method == http.MethodHead || resp.Status == 204 || resp.Status == 304:
	case resp.File != nil:
		err = c.writeFile(to, resp.File)
	case resp.Stream != nil:
		sink.mark(resp.Stream)
		defer sink.mark(nil)
		err = c.writeStream(to, resp.Stream, length)
	default:
		_, err = to.Write(resp.Bytes)
	}
	return to.n, err
}

// writeFile sends a section of a file, and those behind it; by sendfile, where
// the server can.
func (c *call) writeFile(to *counted, f *http1.Section) error {
	for ; f != nil; f = f.Next {
		if _, err := to.Write(f.Before); err != nil {
			return err
		}
		if f.Size == 0 {
			continue
		}
		if err := c.writeSection(to, f); err != nil {
			return err
		}
	}
	return nil
}

func (c *call) writeSection(to *counted, f *http1.Section) error {
	if _, fast := c.writer.(io.ReaderFrom); fast && c.visit.Stall <= 0 {
		if file, done := owned(f); file != nil {
			defer done()
			if _, err := file.Seek(f.Offset, io.SeekStart); err != nil {
				return fmt.Errorf("%w: %w", errCut, err)
			}
			n, err := io.CopyN(c.writer, file, f.Size)
			to.n += n
			return shorter(f, n, err)
		}
	}
	// The file's own offset, by which net/http would send it, is not ours.
	buf := copyBuffers.Get().(*[]byte)
	defer copyBuffers.Put(buf)
	n, err := io.CopyBuffer(to, io.NewSectionReader(f.File, f.Offset, f.Size), *buf)
	if err == nil && n < f.Size {
		err = io.EOF
	}
	return shorter(f, n, err)
}

// owned returns the file of a section, with an offset that is nobody else's; nil if
// that can not be had.
func owned(f *http1.Section) (file *os.File, done func() error) {
	if f.Owner == nil {
		return f.File, func() error { return nil }
	}
	opener, ok := f.Owner.(interface{ Open() (fs.File, error) })
	if !ok {
		return nil, nil
	}
	again, err := opener.Open()
	if err != nil {
		return nil, nil
	}
	if file, ok = again.(*os.File); !ok {
		_ = again.Close()
		return nil, nil
	}
	return file, file.Close
}

// shorter says that a file has shrunk since its length was told.
func shorter(f *http1.Section, n int64, err error) error {
	if err == io.EOF {
		return fmt.Errorf("%w: %s ended after %d of %d bytes", errCut, f.File.Name(), n, f.Size)
	}
	return err
}

// writeStream sends what a stream yields, as it comes.
func (c *call) writeStream(to *counted, stream io.ReadCloser, length int64) error {
	stop := context.AfterFunc(c.from.Context(), func() { _ = stream.Close() })
	defer stop()
	buf := copyBuffers.Get().(*[]byte)
	defer copyBuffers.Put(buf)
	flush := http.NewResponseController(c.writer).Flush
	_ = flush() // the head leaves before the wait for the body
	for n := int64(0); ; {
		p := *buf
		if length >= 0 {
			if p = p[:min(int64(len(p)), length-n)]; len(p) == 0 {
				return nil
			}
		}
		got, err := stream.Read(p)
		if got > 0 {
			n += int64(got)
			if _, err := to.Write(p[:got]); err != nil {
				return err
			}
			_ = flush()
		}
		switch {
		case err == nil:
		case err != io.EOF:
			return fmt.Errorf("%w: %w", errCut, err)
		case length >= 0 && n < length:
			return fmt.Errorf("%w after %d of %d bytes", errCut, n, length)
		default:
			c.writeTrailer(stream)
			return nil
		}
	}
}

// writeTrailer sets the trailer fields of a stream that has some.
func (c *call) writeTrailer(stream io.Reader) {
	if s, ok := stream.(interface{ Trailer() http1.Header }); ok {
		for _, f := range s.Trailer() {
			c.writer.Header().Add(http.TrailerPrefix+f.Name, f.Value)
		}
	}
}
