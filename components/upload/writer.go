package upload

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/files"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Writer answers PUT and DELETE with the files of a Dir.
//
//	*http1.Request ──▶ [ Writer ] ──▶ *http1.Response
//	                       └── failures ──▶ *http1.Failure
//
// PUT creates a file (201) or replaces it (204), as a whole or not at all, and
// answers with its entity tag; DELETE removes one (204). Preconditions are looked
// at before the body is read, so that a client which waits for 100 need not send
// it, and again in the moment in which the file takes its place. Any number of
// Writers share one Dir.
type Writer struct {
	http1.Handler

	// Dir is where the files are; it must be open.
	Dir *Dir

	// Prefix is the route that the Dir is served below, "" for the whole site.
	Prefix string

	buffer []byte
}

var (
	_ http1.HandlerPart = (*Writer)(nil)
	_ http1.Allower     = (*Writer)(nil)
	_ axon.Validator    = (*Writer)(nil)
)

// Validate implements axon.Validator.
func (w *Writer) Validate() error {
	if w.Dir == nil {
		return errors.New("upload: a Writer needs a Dir")
	}
	return nil
}

// Allow implements http1.Allower.
func (w *Writer) Allow() []string { return writeMethods }

var writeMethods = []string{"PUT", "DELETE"}

// Main implements axon.Component.
func (w *Writer) Main(ctx context.Context) error {
	for req := range w.Inbox.All(ctx) {
		resp, err := w.answer(ctx, req)
		if err == nil {
			err = w.Answer(ctx, resp)
		} else {
			err = w.Fail(ctx, req, 400, err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *Writer) answer(ctx context.Context, req *http1.Request) (*http1.Response, error) {
	path := strings.TrimPrefix(req.Path, w.Prefix)
	name, err := w.Dir.Name(path)
	if err != nil {
		return nil, err
	}
	check := func() error { return w.Dir.precondition(req, path, name) }
	switch req.Method {
	case "PUT":
		if path == "" || path[len(path)-1] == '/' {
			return nil, directory(name)
		}
		return w.put(ctx, req, name, check)
	case "DELETE":
		if strings.HasSuffix(path, "/") {
			check = func() error { return refuse(404, "%q is not a directory", path) }
		}
		if err := w.Dir.Remove(name, check); err != nil {
			return nil, err
		}
		return &http1.Response{Request: req, Status: 204}, nil
	}
	f := refuse(405, "method %s", req.Method)
	f.Header.Add("Allow", "PUT, DELETE, OPTIONS")
	return nil, f
}

// put stores a request's body (RFC 9110 section 9.3.4).
func (w *Writer) put(ctx context.Context, req *http1.Request, name string, check func() error) (*http1.Response, error) {
	if err := acceptable(req); err != nil {
		return nil, err
	}
	f, err := w.Dir.Create(name, req.ContentLength)
	if err != nil {
		return nil, err
	}
	defer f.Abandon()
	if err := check(); err != nil {
		return nil, err
	}
	if err := w.copy(ctx, f, req.Body); err != nil {
		return nil, err
	}
	created, etag, err := f.Commit(check)
	if err != nil {
		return nil, err
	}
	resp := &http1.Response{Request: req, Status: 204}
	if created {
		resp.Status = 201
	}
	if etag != "" {
		resp.Header.Add("ETag", etag)
	}
	return resp, nil
}

// copy streams a body into a file.
func (w *Writer) copy(ctx context.Context, f *File, body *http1.Body) error {
	if body == nil {
		return nil
	}
	if w.buffer == nil {
		w.buffer = make([]byte, 64<<10)
	}
	for {
		n, err := body.ReadContext(ctx, w.buffer)
		if n > 0 {
			if _, err := f.Write(w.buffer[:n]); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// acceptable refuses a PUT whose body is not the whole of a file, or not the file
// itself.
func acceptable(req *http1.Request) error {
	h := req.Header
	switch coding := h.Joined("Content-Encoding"); {
	case h.Has("Content-Range"): // section 14.5: partial PUT
		return refuse(400, "a part of a file can not be put: Content-Range")
	case coding != "" && !strings.EqualFold(coding, "identity"):
		// The coding could not be kept, and the file would be taken for its content.
		f := refuse(415, "content coding %q", coding)
		f.Header.Add("Accept-Encoding", "identity") // section 12.5.3
		return f
	case req.Body == nil && req.Major == 1 && req.Minor == 0 && !h.Has("Content-Length"):
		return refuse(400, "no length in HTTP/1.0") // RFC 1945 section 7.2.2
	}
	return nil
}

// precondition evaluates the conditions of a request (RFC 9110 section 13.2.2) by
// what has the name now.
func (d *Dir) precondition(req *http1.Request, path, name string) error {
	if !slices.ContainsFunc(req.Header, isCondition) {
		return nil
	}
	var now files.Current
	_, err := d.root.Lstat(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return d.Explain(err)
	}
	if err == nil {
		e, err := d.Tree.Look(path)
		switch {
		case err == nil:
			now = files.Current{Exists: true, ETag: e.ETag, ModTime: e.ModTime}
		case !errors.Is(err, files.ErrNotFound): // a link that leads nowhere is nothing
			return &http1.Failure{Status: files.Status(err), Cause: err}
		}
	}
	if status := now.Evaluate(req.Method, req.Header); status != 0 {
		return refuse(status, "%q is not as the request wants it", path)
	}
	return nil
}

// isCondition reports whether a field may be a precondition.
func isCondition(f http1.Field) bool { return len(f.Name) > 3 && strings.EqualFold(f.Name[:3], "If-") }
