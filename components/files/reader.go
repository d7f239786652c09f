package files

import (
	"context"
	"errors"
	"fmt"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Reader answers GET and HEAD with the files of a Tree.
//
//	*http1.Request ──▶ [ Reader ] ──▶ *http1.Response
//	                       ├── failures ──▶ *http1.Failure
//	                       └── directories ──▶ *http1.Request
//
// Small files are answered from memory, large ones with the open file, which the
// Writer sends by sendfile. Any number of Readers share one Tree.
type Reader struct {
	http1.Handler

	// Tree holds the files; it must be open.
	Tree *Tree

	// Prefix is the route that the Tree is served below, "" for the whole site.
	Prefix string

	// Fallback is the path in the Tree of the page that is answered, with 200, in
	// place of those that are not there: "/index.html" of an application that
	// makes its pages in the browser; "" means none. A path with the extension of
	// a known type other than HTML, and a client that does not accept HTML, still
	// get a 404.
	Fallback string

	// Directories carries the requests for directories without an index file, to
	// who lists them. If it is not linked they are not found.
	Directories axon.Outbox[*http1.Request] `axon:"optional"`

	kept *keeper // the file that a range was last sent of, while Main runs
}

var (
	_ http1.HandlerPart = (*Reader)(nil)
	_ axon.Validator    = (*Reader)(nil)
	_ http1.Allower     = (*Reader)(nil)
	_ http1.Passer      = (*Reader)(nil)
)

// Validate implements axon.Validator.
func (r *Reader) Validate() error {
	if r.Tree == nil {
		return errors.New("files: a Reader needs a Tree")
	}
	if r.Fallback != "" && r.Fallback[0] != '/' {
		return fmt.Errorf("files: Fallback: %q is not a path with a slash at its beginning", r.Fallback)
	}
	return nil
}

// PassBox implements http1.Passer.
func (r *Reader) PassBox() *axon.Outbox[*http1.Request] { return &r.Directories }

// Allow implements http1.Allower.
func (r *Reader) Allow() []string { return readMethods }

var readMethods = []string{"GET", "HEAD"}

// Main implements axon.Component.
func (r *Reader) Main(ctx context.Context) error {
	defer r.letGo()
	for req := range r.Inbox.All(ctx) {
		if err := r.serve(ctx, req); err != nil {
			return err
		}
	}
	return nil
}

func (r *Reader) serve(ctx context.Context, req *http1.Request) error {
	if req.Method != "GET" && req.Method != "HEAD" {
		return r.other(ctx, req)
	}
	resp, err := r.answer(req)
	if err == nil {
		return r.Answer(ctx, resp)
	}
	if redirect, ok := errors.AsType[*Redirect](err); ok {
		return r.Outbox.Send(ctx, r.moved(req, redirect))
	}
	if errors.Is(err, ErrNoIndex) && r.Directories.Linked() {
		if passed := r.Directories.Send(ctx, req); !errors.Is(passed, axon.ErrGone) {
			return passed
		}
	}
	return r.Fail(ctx, req, Status(err), err)
}

// other answers methods that read no file.
func (r *Reader) other(ctx context.Context, req *http1.Request) error {
	allow := http1.Header{{Name: "Allow", Value: "GET, HEAD, OPTIONS"}}
	if req.Method == "OPTIONS" {
		return r.Outbox.Send(ctx, &http1.Response{Request: req, Status: 204, Header: allow})
	}
	return r.Failures.Send(ctx, &http1.Failure{
		Status: 405, Stage: axon.Address(ctx), Request: req, Header: allow,
		Cause: fmt.Errorf("files: method %s on a file", req.Method),
	})
}

// answer finds the file.
func (r *Reader) answer(req *http1.Request) (*http1.Response, error) {
	path := req.Path[len(r.Prefix):]
	if path == "" {
		return nil, &Redirect{Location: "/"}
	}
	for range 3 {
		var header http1.Header
		e, err := r.Tree.Get(path)
		if err != nil && r.Fallback != "" {
			header = varyAccept()
			e, err = r.instead(req, path, err)
		}
		if err != nil {
			return nil, err
		}
		resp := &http1.Response{Request: req, Status: 200, Header: header}
		if err = r.fill(resp, e); err == nil {
			return resp, nil
		}
		if !errors.Is(err, ErrChanged) {
			return nil, err
		}
	}
	return nil, ErrChanged
}

// fill makes a 200 the answer to its request: it chooses between the codings,
// and between 200, 206, 304, 412 and 416.
func (r *Reader) fill(resp *http1.Response, e *Entry) error {
	req := resp.Request
	e = e.Accept(req.Header)
	resp.Rendered = e.Head
	if e.expires != 0 {
		resp.Rendered = e.HeadAt(r.Tree.today())
	}
	conditions, ranges := asks(req.Header)
	if conditions {
		switch e.Current().Evaluate(req.Method, req.Header) {
		case 304:
			resp.Status, resp.Rendered = 304, resp.Rendered[e.brief:]
			return nil
		case 412:
			return &http1.Failure{Status: 412, Cause: errors.New("files: the file is not as the request wants it")}
		}
	}
	if ranges && req.Method == "GET" { // RFC 9110 section 14.2
		if done, err := r.partial(resp, e); done {
			return err
		}
	}
	return full(resp, e)
}

// moved answers a directory's name without the slash.
func (r *Reader) moved(req *http1.Request, to *Redirect) *http1.Response {
	location := r.Prefix + to.Location
	if req.Query != "" {
		location += "?" + req.Query
	}
	resp := http1.Text(req, 301, "moved to "+location+"\n")
	resp.Header.Add("Location", location)
	return resp
}
