// Package lines makes lines of a stream of bytes, and words of lines.
package lines
