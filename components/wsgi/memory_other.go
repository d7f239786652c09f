//go:build !linux

package wsgi

// resident is not known here.
func (r *run) resident() int64 { return 0 }
