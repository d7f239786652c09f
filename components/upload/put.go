package upload

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/kamaelia-go/kamaelia/components/files"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Put stores a request's body under a name that Name has returned (RFC 9110
// section 9.3.4), and answers with 201 or 204. check is asked whether it may,
// before the body is read, and again when the file takes its place. The error is a
// *http1.Failure.
func (d *Dir) Put(ctx context.Context, req *http1.Request, name string, check func() error) (*http1.Response, error) {
	if err := acceptable(req); err != nil {
		return nil, err
	}
	f, err := d.Create(name, req.ContentLength)
	if err != nil {
		return nil, err
	}
	defer f.Abandon()
	if err := check(); err != nil {
		return nil, err
	}
	if err := receive(ctx, f, req); err != nil {
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

// receive streams a request's body into a file.
func receive(ctx context.Context, f *File, req *http1.Request) error {
	const most = 64 << 10
	if req.Body == nil {
		return nil
	}
	buffer := make([]byte, most)
	if n := req.ContentLength; n > 0 && n < most {
		buffer = buffer[:n]
	}
	for {
		n, err := req.Body.ReadContext(ctx, buffer)
		if n > 0 {
			if _, err := f.Write(buffer[:n]); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if f, ok := errors.AsType[*http1.Failure](err); ok {
			return f
		}
		if err != nil {
			return &http1.Failure{Status: 400, Cause: err}
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

// Precondition evaluates the conditions of a request (RFC 9110 section 13.2.2) by
// what path and name, which it stands for, are now: 412 is the failure. A directory
// exists, and has no validators.
func (d *Dir) Precondition(req *http1.Request, path, name string) error {
	if !slices.ContainsFunc(req.Header, isCondition) {
		return nil
	}
	var now files.Current
	fi, err := d.root.Lstat(cmp.Or(name, "."))
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return d.Explain(err)
	case fi.IsDir():
		now.Exists = true
	default:
		e, err := d.Tree.Look(path)
		switch {
		case err == nil:
			now = files.Current{Exists: true, ETag: e.ETag, ModTime: e.ModTime}
		case isDirectory(err):
			now.Exists = true
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

// isDirectory reports whether a Tree has said that a path is a directory's.
func isDirectory(err error) bool {
	_, ok := errors.AsType[*files.Redirect](err)
	return ok
}
