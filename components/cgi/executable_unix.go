//go:build unix

package cgi

import (
	"io/fs"

	"golang.org/x/sys/unix"
)

// executable reports whether a file may be run: by this process, or by another
// user, who is not known here.
func executable(file string, info fs.FileInfo, other bool) bool {
	if other {
		return info.Mode()&0o111 != 0
	}
	return info.Mode()&0o111 != 0 && unix.Access(file, unix.X_OK) == nil
}
