package upload

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"syscall"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// refuse makes the failure of a request.
func refuse(status int, format string, args ...any) *http1.Failure {
	return &http1.Failure{Status: status, Cause: fmt.Errorf("upload: "+format, args...)}
}

// unready are the system's errors that pass.
var unready = []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.EAGAIN, syscall.EBUSY}

// Explain turns an error of the system, from writing, into a *http1.Failure with
// the status that fits. One that is a *http1.Failure already stays as it is.
func (d *Dir) Explain(err error) *http1.Failure {
	is := func(target error) bool { return errors.Is(err, target) }
	if f, ok := errors.AsType[*http1.Failure](err); ok {
		return f
	}
	status := 500
	switch {
	case is(fs.ErrNotExist), is(syscall.ENOTDIR): // there is no such directory
		status = 409
	case is(syscall.EISDIR), is(syscall.ENOTEMPTY), is(fs.ErrExist):
		status = 409
	case is(syscall.ENAMETOOLONG):
		status = 414
	case is(syscall.EFBIG):
		status = 413
	case is(syscall.ENOSPC), is(syscall.EDQUOT):
		status = 507
	case is(fs.ErrPermission), is(syscall.EROFS), is(syscall.ELOOP), d.escape != nil && is(d.escape):
		status = 403
	case is(syscall.EINVAL), is(syscall.EILSEQ): // the file system can not have the name
		status = 400
	case slices.ContainsFunc(unready, is):
		status = 503
	}
	return &http1.Failure{Status: status, Cause: fmt.Errorf("upload: %w", err)}
}
