package http1

import (
	"errors"
	"fmt"
	"io"
)

// A Response answers one request. Status, fields and body are the handler's; how
// the body is framed, whether it is sent at all (HEAD, 304), the Date and
// Connection fields and the protocol version are the Writer's business.
//
// Who sends a Response gives it away, with all it holds; only Rendered and Bytes
// may be shared, and are never written to.
type Response struct {
	// Request is the request this answers; never nil.
	Request *Request

	// Status is the status code, 200 to 599.
	Status int

	// Reason is the reason phrase; "" means the standard one.
	Reason string

	// Header holds the fields. Content-Length and Transfer-Encoding are left to
	// the Writer: it drops what stands here, but for the Content-Length of a
	// response to HEAD and of a 304. A Date that stands here is kept; without it,
	// the time of sending is told.
	Header Header

	// Rendered holds more field lines, each with CR LF at its end, as they are
	// to be sent: for handlers that answer often with the same ones.
	Rendered []byte

	// At most one of Bytes, File, Stream and Raw is set.

	// Bytes is the whole body.
	Bytes []byte

	// File is a section of an open file, or several. The Writer closes the file.
	File *Section

	// Stream is read to its end and closed by the Writer, which sends what each
	// Read returns at once. If it has a method Trailer() Header, as a Body does,
	// that is asked for the trailer fields at the end. An error cuts the
	// connection, so that the client does not take a part for the whole. Closing
	// Stream must make a Read that waits return.
	Stream io.ReadCloser

	// Length is the length of Stream in bytes, or 0 if it is not known. Never
	// more is sent, and the connection is closed if there was less.
	Length int64

	// Raw yields a complete answer that somebody else has made, from the status
	// line on: it is sent as it is, and then the connection is closed. Status is
	// for the log; filters can change nothing. Only some requests can be answered
	// like this: see Request.TakesRaw.
	Raw io.ReadCloser

	// Close says that the connection is to be closed after this response.
	Close bool

	interim bool     // 100 Continue
	opening *opening // no response, but another connection
}

// Text returns a response whose body is a text of the type text/plain, in UTF-8.
func Text(req *Request, status int, body string) *Response {
	return &Response{
		Request: req,
		Status:  status,
		Header:  Header{{"Content-Type", "text/plain; charset=utf-8"}},
		Bytes:   []byte(body),
	}
}

// Discard closes what a response holds that will not be sent.
func (r *Response) Discard() {
	r.File.Close()
	if r.Stream != nil {
		_ = r.Stream.Close()
	}
	if r.Raw != nil {
		_ = r.Raw.Close()
	}
}

// Reset drops the content of a 205 (Reset Content), which must have none (RFC 9110
// section 15.3.6). It is for who sends the response.
func (r *Response) Reset() {
	if r.Status == 205 {
		r.Discard()
		r.Bytes, r.File, r.Stream, r.Length = nil, nil, nil, 0
	}
}

// Validate reports what makes a response unfit to be sent.
func (r *Response) Validate() error {
	if r.Request == nil {
		return errors.New("http1: a response to no request")
	}
	if r.Status < 200 || r.Status > 599 {
		return fmt.Errorf("http1: status %d is not from 200 to 599", r.Status)
	}
	bodies := 0
	for _, set := range []bool{r.Bytes != nil, r.File != nil, r.Stream != nil, r.Raw != nil} {
		if set {
			bodies++
		}
	}
	if bodies > 1 {
		return errors.New("http1: a response with two bodies")
	}
	if r.Raw != nil && !r.Request.TakesRaw() {
		return errors.New("http1: a raw response to a request that takes none")
	}
	if r.Length < 0 {
		return errors.New("http1: a response with a negative length")
	}
	if err := r.File.valid(); err != nil {
		return err
	}
	for i := range len(r.Reason) {
		if c := r.Reason[i]; c < ' ' && c != '\t' || c == 0x7f {
			return fmt.Errorf("http1: reason phrase %q has a control character", r.Reason)
		}
	}
	for _, f := range r.Header {
		if err := f.valid(); err != nil {
			return err
		}
	}
	return nil
}

// valid reports what makes a field unfit to be sent.
func (f Field) valid() error {
	if f.Name == "" {
		return errors.New("http1: a field without a name")
	}
	for i := range len(f.Name) {
		if !isToken[f.Name[i]] {
			return fmt.Errorf("http1: field name %q is not a token", f.Name)
		}
	}
	for i := range len(f.Value) {
		if c := f.Value[i]; c < ' ' && c != '\t' || c == 0x7f {
			return fmt.Errorf("http1: field %s has a control character in %q", f.Name, f.Value)
		}
	}
	return nil
}
