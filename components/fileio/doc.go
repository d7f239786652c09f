// Package fileio has files as components: what is read from them, and written to them.
package fileio
