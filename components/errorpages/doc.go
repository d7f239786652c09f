// Package errorpages has the error component whose pages are files.
package errorpages
