/** Loads what staff_parts.js names together with the page that imports this. */
import "./after_call.js";
import "./invite_dialog.js";
import "./link_card.js";
import "./move_requests.js";
import "./notes_panel.js";
import "./patient_details.js";
import "./quality_figures.js";
import "./reason_dialog.js";
import "./recording/layer.js";
import "./recording/lead.js";
import "./recording/mark.js";
import "./recording/mark_button.js";
import "./recording/section.js";
import "./shortcuts.js";
import "./technical_panel.js";
import "./waiting_list.js";
