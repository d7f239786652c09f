package http1

import (
	"errors"
	"fmt"
	"io"
	"syscall"
	"time"
)

// A Direct is a Stream whose rest another process can send by itself, over the
// client's own socket. As sendfile(2) does for files, that saves the server reading
// and writing what it need not see. A reader that treats a Direct like any other
// Stream, such as a filter, gets all of it.
type Direct interface {
	io.ReadCloser

	// Offer says, before the first Read, that the socket can be lent. A Read may
	// then return ErrDirect.
	Offer()

	// Lend lends the socket, behind a Read that has returned ErrDirect. It returns
	// behind the last byte, with the number of bytes of the body that were sent. The
	// error is one that Is ErrNotTaken if it was the client's fault.
	Lend(Loan) (int64, error)
}

// A Loan is the socket of a client, with what there is to know for who writes to it.
type Loan struct {
	// Socket does not block. It is not to be closed, nor read.
	Socket syscall.RawConn

	// Chunked says that each piece is to be framed as a chunk (RFC 9112 section
	// 7.1). The last chunk is the Writer's business.
	Chunked bool

	// Stall is how long the client may take nothing; 0 means no limit.
	Stall time.Duration
}

var (
	// ErrDirect is what a Read of a Direct returns that wants the socket.
	ErrDirect = errors.New("http1: the rest of the stream wants the socket")

	// ErrNotTaken says that the client does not take what is sent.
	ErrNotTaken = errors.New("http1: the client does not take the response")
)

// offer tells a stream that it can have the socket, if that is so.
func (w *Writer) offer(from io.Reader) Direct {
	d, ok := from.(Direct)
	if !ok || w.out.raw == nil {
		return nil
	}
	d.Offer()
	return d
}

// lend lets a stream send its rest. When that has gone wrong, another process may
// still have the socket, so it is not enough to close it.
func (w *Writer) lend(d Direct, how framing) (int64, error) {
	if err := w.out.flush(); err != nil {
		return 0, err
	}
	n, err := d.Lend(Loan{Socket: w.out.raw.raw, Chunked: how == framedByChunks, Stall: max(w.out.stall, 0)})
	switch {
	case err == nil:
		return n, nil
	case errors.Is(err, ErrNotTaken):
		err = clientFault(err)
	default:
		err = &clientError{fmt.Errorf("http1: the response broke off: %w", err)}
	}
	w.out.raw.shutdown()
	return n, err
}
