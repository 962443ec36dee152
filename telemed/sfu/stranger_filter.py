"""A kernel filter for the socket of strangers: while they flood it, only what may be the beginning of a call reaches its queue.

Classic BPF, which needs no privilege (Linux, Documentation/networking/filter.rst). It runs where the datagram arrives: what it
refuses takes no room, wakes nobody, and is counted by the kernel like what found no room.
"""

from __future__ import annotations

import ctypes
import errno
import socket
import struct

from telemed.sfu.stun_messages import BINDING_REQUEST, HEADER_BYTES, MAGIC_COOKIE

SO_ATTACH_FILTER = 26  # asm-generic/socket.h; Python's socket module does not name them
SO_DETACH_FILTER = 27

UDP_HEADER = 8  # bytes: offsets count from it
LOAD_WORD, LOAD_HALF, LOAD_LENGTH = 0x20, 0x28, 0x80  # linux/bpf_common.h: BPF_LD | size | mode
SUBTRACT, TO_INDEX, RETURN = 0x14, 0x07, 0x06  # BPF_ALU|BPF_SUB, BPF_MISC|BPF_TAX, BPF_RET
EQUALS, EQUALS_INDEX = 0x15, 0x1D  # BPF_JMP|BPF_JEQ with a constant, with the index register
WHOLE = 0xFFFF  # bytes let through: all

Instruction = tuple[int, int, int, int]  # code, steps to skip if so, if not, operand

# A load beyond the datagram's end refuses it. The last instruction but one lets through, the last refuses.
BINDING_REQUESTS: tuple[Instruction, ...] = (
    (LOAD_HALF, 0, 0, UDP_HEADER),
    (EQUALS, 0, 8, BINDING_REQUEST),
    (LOAD_WORD, 0, 0, UDP_HEADER + 4),
    (EQUALS, 0, 6, MAGIC_COOKIE),
    (LOAD_LENGTH, 0, 0, 0),  # of the datagram must be what the STUN header says
    (SUBTRACT, 0, 0, UDP_HEADER + HEADER_BYTES),
    (TO_INDEX, 0, 0, 0),
    (LOAD_HALF, 0, 0, UDP_HEADER + 2),
    (EQUALS_INDEX, 0, 1, 0),
    (RETURN, 0, 0, WHOLE),
    (RETURN, 0, 0, 0),
)

_pack_instruction = struct.Struct("@HBBI").pack
_pack_program = struct.Struct("@HP").pack


def attach(handle: socket.socket, program: tuple[Instruction, ...] = BINDING_REQUESTS) -> None:
    """Let only ICE checks into the socket's queue from now on; what is queued stays. Raises OSError."""
    code = ctypes.create_string_buffer(b"".join(_pack_instruction(*step) for step in program))
    handle.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, _pack_program(len(program), ctypes.addressof(code)))


def detach(handle: socket.socket) -> None:
    """Let everything in again. No fault when nothing was attached."""
    try:
        handle.setsockopt(socket.SOL_SOCKET, SO_DETACH_FILTER, 0)
    except OSError as error:
        if error.errno != errno.ENOENT:
            raise
